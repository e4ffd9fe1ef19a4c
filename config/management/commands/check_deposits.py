"""Proves, movement by movement, that the books of all deposits balance."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auctions.books import audited
from auctions.models import Registration
from auctions.rules.deposits import total
from core import money


class Command(BaseCommand):
    help = "Add up every deposit from its movements; fail if a registration's books do not balance."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lot", metavar="CODE", help="only the registrations of one lot")

    def handle(self, *args: Any, **options: Any) -> None:
        registrations = Registration.objects.all()
        if code := options["lot"]:
            registrations = registrations.filter(lot__code=code)
        proofs = list(audited(registrations))
        books = total(proof.books for proof in proofs)
        sums = {"held": books.held, "in hand": books.in_hand, "on price": books.on_price}
        sums |= {"released": books.released, "forfeited": books.forfeited}
        said = ", ".join(f"{name} {money.text(amount)}" for name, amount in sums.items())
        self.stdout.write(f"{len(proofs)} registrations: {said}")
        wrong = [proof for proof in proofs if proof.faults]
        for proof in wrong:
            lot, number = proof.registration.lot.code, proof.registration.pk
            self.stdout.write(f"{lot} registration {number}: {', '.join(proof.faults)}")
        if wrong:
            raise CommandError(f"{len(wrong)} registrations whose books do not balance.")
