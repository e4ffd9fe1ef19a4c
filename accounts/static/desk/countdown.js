"use strict";

// What is left until a lot closes, by the server's clock: the page brings the server's time
// along, and only the time that has passed since is taken from this machine.
(() => {
    const loaded = performance.now();
    const two = (number) => String(number).padStart(2, "0");

    const text = (seconds, dayWord) => {
        const days = Math.floor(seconds / 86400);
        const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
        return (days ? days + " " + dayWord + " " : "") + clock.map(two).join(":");
    };

    const tick = () => {
        const passed = performance.now() - loaded;
        document.querySelectorAll(".desk-countdown").forEach((place) => {
            const left = Date.parse(place.dataset.until) - Date.parse(place.dataset.now) - passed;
            place.textContent = text(Math.max(0, Math.floor(left / 1000)), place.dataset.days);
        });
    };

    tick();
    setInterval(tick, 1000);
})();
