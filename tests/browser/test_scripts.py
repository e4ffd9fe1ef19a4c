"""The small scripts by themselves, in the browser that runs them."""

import json

import pytest

from tests.browser.typed import TYPED

pytestmark = pytest.mark.browser


@pytest.fixture
def run(server, browser):
    """`run("time", "module.shanghai(args[0])", "…")`: try what a module of the pages exports."""
    browser.get(f"{server}/static/web/mark.svg")

    def call(module, expression, *arguments):
        return browser.execute_async_script(
            f"""
            const [args, done] = [JSON.parse(arguments[0]), arguments[1]];
            import("/static/web/{module}.js")
              .then((module) => done({expression})).catch((error) => done(String(error)));
            """,
            json.dumps(arguments),
        )

    return call


def test_amounts_as_people_type_them(run):
    read = run("amounts", "args[0].map((typed) => module.parse(typed))", list(TYPED))
    assert dict(zip(TYPED, read, strict=True)) == TYPED


def test_amounts_as_people_read_them(run):
    amounts = ["1100000.00", "1000.50", "0.01", "9999999999999999.99"]
    written = run(
        "amounts", "args[0].map((one) => [module.yuan(one), module.wan(one, '{amount}')])", amounts
    )
    assert written == [
        ["¥1,100,000", "110"],
        ["¥1,000.50", "0.10005"],
        ["¥0.01", "0.000001"],
        ["¥9,999,999,999,999,999.99", "999,999,999,999.999999"],
    ]


def test_the_countdown_has_days_and_in_the_end_tenths(run):
    left = [183_845_000, 86_400_000, 3_600_000, 59_001, 10_001, 10_000, 9_940, 49, 0, -5]
    written = run("time", "args[0].map((ms) => module.remaining(ms, '{days}d {clock}'))", left)
    assert written == [
        "2d 03:04:05",
        "1d 00:00:00",
        "01:00:00",
        "01:00",
        "00:11",
        "00:10.0",
        "00:10.0",
        "00:00.1",
        "00:00.0",
        "00:00.0",
    ]


def test_the_servers_clock_is_kept_without_the_visitors(run):
    """Of several words of the server the narrowest bounds count; a set clock starts anew."""
    script = """(() => {
      let local = 1000;
      performance.now = () => local;
      Date.now = () => { throw new Error("the visitor's own clock was asked"); };
      const at = (ms) => new Date(ms).toISOString();
      const clock = new module.ServerClock();
      const read = [];
      const hear = (now, ...word) => { local = now; clock.hear(...word); read.push(clock.now()); };
      hear(1000, at(500_000));        // it was 500.0 s there, some time ago
      hear(2000, at(501_400));        // this word came by a faster way
      hear(3000, at(501_900), 2000);  // asked at 2.0, answered at 3.0: between 501.4 and 502.9
      hear(4000, at(400_000), 3900);  // the server's clock was set back
      hear(4000, "no time");
      return read;
    })()"""
    assert run("time", script) == [500_000, 501_400, 502_650, 400_050, 400_050]


def test_instants_are_shanghais(run):
    assert run("time", "module.shanghai(args[0])", "2026-03-02T15:59:59.999Z") == {
        "day": "2026-03-02",
        "second": "23:59:59",
        "millisecond": "23:59:59.999",
    }
