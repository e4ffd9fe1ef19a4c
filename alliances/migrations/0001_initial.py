"""The tables of `alliances`, whole and in one step."""

import alliances.lifecycle
import alliances.rules.membership
import alliances.rules.products
import django.contrib.postgres.constraints
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateTables


class Migration(migrations.Migration):

    initial = True
    replaces = [("alliances", "0001_alliances")]

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('marketplace', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Alliance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                    ('kind', models.CharField(choices=[('financial', 'financial'), ('park', 'park'), ('field', 'field'), ('other', 'other')], max_length=12, verbose_name='kind')),
                    ('field', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.technologyfield', verbose_name='field')),
                    ('secretariat', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alliances_kept', to='accounts.organization', verbose_name='secretariat')),
                    ('founded_on', models.DateField(verbose_name='founded on')),
                    ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='dissolved on')),
                    ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                    ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'alliance',
                    'verbose_name_plural': 'alliances',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('field__isnull', False), ('kind', alliances.rules.membership.AllianceKind['FIELD'])), models.Q(models.Q(('kind', alliances.rules.membership.AllianceKind['FIELD']), _negated=True), ('field', None)), _connector='OR'), name='alliance_of_a_field_names_it'), models.CheckConstraint(condition=models.Q(('dissolved_on', None), ('dissolved_on__gte', models.F('founded_on')), _connector='OR'), name='alliance_dissolved_after_its_founding'), models.UniqueConstraint(condition=models.Q(('dissolved_on', None), ('kind', alliances.rules.membership.AllianceKind['FINANCIAL'])), fields=('kind',), name='alliance_one_is_financial'), models.UniqueConstraint(condition=models.Q(('dissolved_on', None), ('kind', alliances.rules.membership.AllianceKind['FIELD'])), fields=('field',), name='alliance_one_for_a_field')],
                },
            ),
            migrations.CreateModel(
                name='Activity',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='alliances.alliance', verbose_name='alliance')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('held_on', models.DateField(verbose_name='held on')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.city', verbose_name='city')),
                    ('participants', models.PositiveIntegerField(default=0, verbose_name='participants')),
                    ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                    ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ],
                options={
                    'verbose_name': 'activity of an alliance',
                    'verbose_name_plural': 'activities of alliances',
                    'constraints': [models.UniqueConstraint(fields=('alliance', 'title', 'held_on'), name='activity_entered_once')],
                },
            ),
            migrations.CreateModel(
                name='AllianceMember',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='alliances.alliance', verbose_name='alliance')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alliance_memberships', to='accounts.organization', verbose_name='organization')),
                    ('kind', models.CharField(choices=[('bank', 'bank'), ('securities', 'securities'), ('fund', 'fund'), ('insurer', 'insurer'), ('guarantor', 'guarantor'), ('leasing', 'leasing'), ('exchange', 'exchange'), ('appraiser', 'appraiser'), ('law_firm', 'law firm'), ('credit_bureau', 'credit bureau'), ('enterprise', 'enterprise'), ('research', 'research'), ('park', 'park'), ('association', 'association')], max_length=16, verbose_name='kind')),
                    ('state', models.CharField(choices=[('applied', 'applied'), ('admitted', 'admitted'), ('active', 'active'), ('suspended', 'suspended'), ('exited', 'exited')], default=alliances.lifecycle.MemberState['APPLIED'], max_length=12, verbose_name='state')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('licence_number', models.CharField(blank=True, max_length=60, verbose_name='licence number')),
                    ('licence_until', models.DateField(blank=True, null=True, verbose_name='licensed until')),
                    ('contact_name', models.CharField(max_length=60, verbose_name='contact')),
                    ('contact_phone', models.CharField(blank=True, max_length=30, verbose_name='contact phone')),
                    ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact e-mail')),
                    ('product_quota', models.PositiveSmallIntegerField(default=10, verbose_name='product quota')),
                    ('applied_at', models.DateTimeField(verbose_name='applied at')),
                    ('admitted_at', models.DateTimeField(blank=True, null=True, verbose_name='admitted at')),
                    ('activated_at', models.DateTimeField(blank=True, null=True, verbose_name='active since')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('territory', models.ManyToManyField(blank=True, related_name='+', to='accounts.city', verbose_name='territory')),
                ],
                options={
                    'verbose_name': 'member of an alliance',
                    'verbose_name_plural': 'members of alliances',
                    'indexes': [models.Index(fields=['alliance', 'state'], name='alliancemember_by_state')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', alliances.lifecycle.MemberState['EXITED']), _negated=True), fields=('alliance', 'organization'), name='alliancemember_once_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state', alliances.lifecycle.MemberState['EXITED'])), models.Q(models.Q(('state', alliances.lifecycle.MemberState['EXITED']), _negated=True), ('ended_at', None)), _connector='OR'), name='alliancemember_exited_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', (alliances.lifecycle.MemberState['ACTIVE'], alliances.lifecycle.MemberState['SUSPENDED'])), _negated=True), models.Q(('activated_at__isnull', False), ('admitted_at__isnull', False)), _connector='OR'), name='alliancemember_joined_after_admission'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', [alliances.rules.membership.MemberKind['BANK'], alliances.rules.membership.MemberKind['FUND'], alliances.rules.membership.MemberKind['GUARANTOR'], alliances.rules.membership.MemberKind['INSURER'], alliances.rules.membership.MemberKind['LEASING'], alliances.rules.membership.MemberKind['SECURITIES']]), ('state__in', (alliances.lifecycle.MemberState['ACTIVE'], alliances.lifecycle.MemberState['SUSPENDED'])), _negated=True), models.Q(('licence_number', ''), _negated=True), _connector='OR'), name='alliancemember_licensed_where_it_must_be')],
                },
            ),
            migrations.CreateModel(
                name='ChairTerm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('alliance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chair_terms', to='alliances.alliance', verbose_name='alliance')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chair_terms', to='alliances.alliancemember', verbose_name='member')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(verbose_name='last day')),
                ],
                options={
                    'verbose_name': 'term of a chair',
                    'verbose_name_plural': 'terms of chairs',
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='chairterm_ends_after_its_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('alliance', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='DATERANGE'), '&&')], name='chairterm_one_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='CommitteeSeat',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='committee_seats', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(verbose_name='last day')),
                ],
                options={
                    'verbose_name': 'seat on the committee',
                    'verbose_name_plural': 'seats on the committee',
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='committeeseat_ends_after_its_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='DATERANGE'), '&&')], name='committeeseat_one_a_person_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='SupportPolicy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('issuer', models.CharField(max_length=200, verbose_name='issuer')),
                    ('level', models.CharField(choices=[('national', 'national'), ('provincial', 'provincial'), ('city', 'city'), ('district', 'district'), ('corridor', 'corridor')], max_length=12, verbose_name='level')),
                    ('issued_on', models.DateField(verbose_name='issued on')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                    ('audience', models.CharField(max_length=500, verbose_name='for whom')),
                    ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                    ('source', models.CharField(max_length=200, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'support policy',
                    'verbose_name_plural': 'support policies',
                    'constraints': [models.UniqueConstraint(fields=('issuer', 'title'), name='supportpolicy_issued_once'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='supportpolicy_ends_after_its_start')],
                },
            ),
            migrations.CreateModel(
                name='FinanceApplication',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                    ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='finance_applications', to='accounts.organization', verbose_name='applicant')),
                    ('kind', models.CharField(choices=[('tech_loan', 'tech loan'), ('ip_pledge', 'ip pledge'), ('invest_loan', 'invest loan'), ('grant_equity', 'grant equity'), ('bond', 'bond'), ('fund', 'fund'), ('lease', 'lease'), ('insurance', 'insurance'), ('guarantee', 'guarantee'), ('pay_later_loan', 'pay later loan')], max_length=16, verbose_name='kind')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='amount (CNY)')),
                    ('months', models.PositiveSmallIntegerField(verbose_name='term (months)')),
                    ('purpose', models.TextField(max_length=2000, verbose_name='purpose')),
                    ('field', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.technologyfield', verbose_name='field')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.city', verbose_name='city')),
                    ('collateral', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.achievement', verbose_name='collateral')),
                    ('policy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='alliances.supportpolicy', verbose_name='support policy')),
                    ('pledge', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.encumbrance', verbose_name='pledge')),
                    ('revenue', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='revenue of last year (CNY)')),
                    ('rd_spending', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='spent on research (CNY)')),
                    ('debts', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='debts (CNY)')),
                    ('data_note', models.TextField(blank=True, max_length=5000, verbose_name='confidential note')),
                    ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('routed', 'routed'), ('offered', 'offered'), ('accepted', 'accepted'), ('diligence', 'diligence'), ('approved', 'approved'), ('disbursed', 'disbursed'), ('closed', 'closed'), ('refused', 'refused'), ('expired', 'expired'), ('withdrawn', 'withdrawn')], default=alliances.lifecycle.FinanceState['DRAFT'], max_length=12, verbose_name='state')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted at')),
                    ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                    ('approved_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='approved limit (CNY)')),
                    ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved at')),
                    ('disbursed', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='disbursed (CNY)')),
                    ('repaid', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='repaid (CNY)')),
                    ('overdue_since', models.DateField(blank=True, null=True, verbose_name='overdue since')),
                    ('was_overdue', models.BooleanField(default=False, verbose_name='was overdue')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ],
                options={
                    'verbose_name': 'application for finance',
                    'verbose_name_plural': 'applications for finance',
                    'indexes': [models.Index(fields=['state', '-id'], name='financeapplication_by_state')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('disbursed__gte', 0), ('months__gt', 0), ('repaid__gte', 0), models.Q(('approved_limit', None), ('approved_limit__gt', 0), _connector='OR')), name='financeapplication_amounts_positive'), models.CheckConstraint(condition=models.Q(('disbursed', 0), models.Q(('approved_limit__gte', models.F('disbursed')), ('approved_limit__isnull', False)), _connector='OR'), name='financeapplication_drawn_within_its_limit'), models.CheckConstraint(condition=models.Q(('approved_limit', None), ('approved_limit__lte', models.F('amount')), _connector='OR'), name='financeapplication_limit_within_what_was_asked'), models.CheckConstraint(condition=models.Q(('repaid__lte', models.F('disbursed'))), name='financeapplication_repaid_within_what_was_drawn'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', (alliances.lifecycle.FinanceState['APPROVED'], alliances.lifecycle.FinanceState['DISBURSED'], alliances.lifecycle.FinanceState['CLOSED'])), _negated=True), models.Q(('approved_at__isnull', False), ('approved_limit__isnull', False)), _connector='OR'), name='financeapplication_granted_with_a_limit'), models.CheckConstraint(condition=models.Q(models.Q(('state', alliances.lifecycle.FinanceState['CLOSED']), _negated=True), models.Q(('closed_at__isnull', False), ('disbursed__gt', 0), ('repaid', models.F('disbursed'))), _connector='OR'), name='financeapplication_closed_is_repaid'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', [alliances.rules.products.ProductKind['IP_PLEDGE'], alliances.rules.products.ProductKind['PAY_LATER_LOAN']]), _negated=True), ('collateral__isnull', False), _connector='OR'), name='financeapplication_pledged_kind_names_collateral')],
                },
            ),
            migrations.CreateModel(
                name='DataReading',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='alliances.financeapplication', verbose_name='application for finance')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alliances.alliancemember', verbose_name='member')),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('read_at', models.DateTimeField(verbose_name='read at')),
                ],
                options={
                    'verbose_name': 'reading of confidential data',
                    'verbose_name_plural': 'readings of confidential data',
                },
            ),
            migrations.CreateModel(
                name='DataConsent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='alliances.financeapplication', verbose_name='application for finance')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='alliances.alliancemember', verbose_name='member')),
                    ('given_at', models.DateTimeField(verbose_name='given at')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                ],
                options={
                    'verbose_name': 'consent to data',
                    'verbose_name_plural': 'consents to data',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('application', 'member'), name='dataconsent_standing_once'), models.CheckConstraint(condition=models.Q(('revoked_at', None), ('revoked_at__gte', models.F('given_at')), _connector='OR'), name='dataconsent_revoked_after_it_was_given')],
                },
            ),
            migrations.CreateModel(
                name='FinanceMovement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='alliances.financeapplication', verbose_name='application for finance')),
                    ('kind', models.CharField(choices=[('disbursed', 'disbursed'), ('repaid', 'repaid')], max_length=12, verbose_name='kind')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='amount (CNY)')),
                    ('on', models.DateField(verbose_name='on')),
                    ('reference', models.CharField(max_length=100, verbose_name='reference')),
                    ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ],
                options={
                    'verbose_name': 'movement of money',
                    'verbose_name_plural': 'movements of money',
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='financemovement_amount_positive'), models.UniqueConstraint(fields=('application', 'kind', 'reference'), name='financemovement_entered_once')],
                },
            ),
            migrations.CreateModel(
                name='FinanceOffer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='alliances.financeapplication', verbose_name='application for finance')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='alliances.alliancemember', verbose_name='member')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='amount (CNY)')),
                    ('months', models.PositiveSmallIntegerField(verbose_name='term (months)')),
                    ('rate', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='rate (per cent a year)')),
                    ('repayment', models.CharField(blank=True, choices=[('equal_instalments', 'equal instalments'), ('equal_principal', 'equal principal'), ('interest_monthly', 'interest monthly'), ('at_once', 'at once')], max_length=20, verbose_name='repayment')),
                    ('fee', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='fee (CNY)')),
                    ('apr', models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True, verbose_name='APR (per cent)')),
                    ('conditions', models.TextField(blank=True, max_length=2000, verbose_name='conditions')),
                    ('valid_until', models.DateField(verbose_name='valid until')),
                    ('state', models.CharField(choices=[('made', 'made'), ('accepted', 'accepted'), ('declined', 'declined'), ('lapsed', 'lapsed')], default=alliances.lifecycle.OfferState['MADE'], max_length=12, verbose_name='state')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('made_at', models.DateTimeField(verbose_name='made at')),
                    ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ],
                options={
                    'verbose_name': 'offer',
                    'verbose_name_plural': 'offers',
                    'constraints': [models.UniqueConstraint(fields=('application', 'member'), name='financeoffer_member_offers_once'), models.UniqueConstraint(condition=models.Q(('state', alliances.lifecycle.OfferState['ACCEPTED'])), fields=('application',), name='financeoffer_one_is_accepted'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('fee__gte', 0), ('months__gt', 0)), name='financeoffer_amounts_positive'), models.CheckConstraint(condition=models.Q(models.Q(('apr', None), ('rate', None), ('repayment', '')), models.Q(('apr__isnull', False), ('rate__isnull', False), models.Q(('repayment', ''), _negated=True)), _connector='OR'), name='financeoffer_rate_shown_as_apr')],
                },
            ),
            migrations.CreateModel(
                name='FinanceProduct',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='alliances.alliancemember', verbose_name='member')),
                    ('kind', models.CharField(choices=[('tech_loan', 'tech loan'), ('ip_pledge', 'ip pledge'), ('invest_loan', 'invest loan'), ('grant_equity', 'grant equity'), ('bond', 'bond'), ('fund', 'fund'), ('lease', 'lease'), ('insurance', 'insurance'), ('guarantee', 'guarantee'), ('pay_later_loan', 'pay later loan')], max_length=16, verbose_name='kind')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                    ('least_amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='from (CNY)')),
                    ('most_amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='ceiling (CNY)')),
                    ('most_months', models.PositiveSmallIntegerField(verbose_name='longest term (months)')),
                    ('rate', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='rate (per cent a year)')),
                    ('repayment', models.CharField(blank=True, choices=[('equal_instalments', 'equal instalments'), ('equal_principal', 'equal principal'), ('interest_monthly', 'interest monthly'), ('at_once', 'at once')], max_length=20, verbose_name='repayment')),
                    ('fee_rate', models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name='fee (per cent of the amount)')),
                    ('needs_collateral', models.BooleanField(default=False, verbose_name='needs collateral')),
                    ('listed_at', models.DateTimeField(verbose_name='listed at')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                    ('technology_fields', models.ManyToManyField(blank=True, related_name='+', to='marketplace.technologyfield', verbose_name='fields')),
                    ('cities', models.ManyToManyField(blank=True, related_name='+', to='accounts.city', verbose_name='cities')),
                ],
                options={
                    'verbose_name': 'finance product',
                    'verbose_name_plural': 'finance products',
                    'constraints': [models.CheckConstraint(condition=models.Q(('least_amount__gt', 0), ('most_amount__gte', models.F('least_amount'))), name='financeproduct_amounts_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', [alliances.rules.products.ProductKind['BOND'], alliances.rules.products.ProductKind['INVEST_LOAN'], alliances.rules.products.ProductKind['IP_PLEDGE'], alliances.rules.products.ProductKind['LEASE'], alliances.rules.products.ProductKind['PAY_LATER_LOAN'], alliances.rules.products.ProductKind['TECH_LOAN']]), ('rate__isnull', False), models.Q(('repayment', ''), _negated=True)), models.Q(models.Q(('kind__in', [alliances.rules.products.ProductKind['BOND'], alliances.rules.products.ProductKind['INVEST_LOAN'], alliances.rules.products.ProductKind['IP_PLEDGE'], alliances.rules.products.ProductKind['LEASE'], alliances.rules.products.ProductKind['PAY_LATER_LOAN'], alliances.rules.products.ProductKind['TECH_LOAN']]), _negated=True), ('rate', None), ('repayment', '')), _connector='OR'), name='financeproduct_rate_where_money_is_lent')],
                },
            ),
            migrations.CreateModel(
                name='FinanceCase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='alliances.financeapplication', verbose_name='application for finance')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='alliances.alliancemember', verbose_name='member')),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='alliances.financeproduct', verbose_name='finance product')),
                    ('state', models.CharField(choices=[('waiting', 'waiting'), ('offered', 'offered'), ('declined', 'declined'), ('lapsed', 'lapsed')], default=alliances.lifecycle.CaseState['WAITING'], max_length=12, verbose_name='state')),
                    ('reason_code', models.CharField(blank=True, choices=[('outside_policy', 'outside policy'), ('credit_risk', 'credit risk'), ('collateral_short', 'collateral short'), ('data_missing', 'data missing'), ('no_capacity', 'no capacity'), ('other', 'other')], max_length=20, verbose_name='reason')),
                    ('reason', models.CharField(blank=True, max_length=1000, verbose_name='explanation')),
                    ('routed_at', models.DateTimeField(verbose_name='routed at')),
                    ('soon_at', models.DateTimeField(verbose_name='reminded from')),
                    ('due_at', models.DateTimeField(verbose_name='answer due')),
                    ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                    ('reminded_at', models.DateTimeField(blank=True, null=True, verbose_name='reminded at')),
                    ('escalated_at', models.DateTimeField(blank=True, null=True, verbose_name='escalated at')),
                ],
                options={
                    'verbose_name': 'case',
                    'verbose_name_plural': 'cases',
                    'indexes': [models.Index(condition=models.Q(('state', alliances.lifecycle.CaseState['WAITING'])), fields=['soon_at'], name='financecase_waiting')],
                    'constraints': [models.UniqueConstraint(fields=('application', 'member'), name='financecase_member_asked_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', alliances.lifecycle.CaseState['DECLINED']), models.Q(('reason_code', ''), _negated=True)), models.Q(models.Q(('state', alliances.lifecycle.CaseState['DECLINED']), _negated=True), ('reason_code', '')), _connector='OR'), name='financecase_declined_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [alliances.lifecycle.CaseState['OFFERED'], alliances.lifecycle.CaseState['DECLINED']]), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='financecase_answered_has_its_time')],
                },
            ),
            migrations.CreateModel(
                name='FundProject',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fund_projects', to='accounts.organization', verbose_name='organization')),
                    ('achievement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.achievement', verbose_name='achievement')),
                    ('field', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.technologyfield', verbose_name='field')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.city', verbose_name='city')),
                    ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                    ('state', models.CharField(choices=[('pool', 'pool'), ('contacted', 'contacted'), ('diligence', 'diligence'), ('established', 'established'), ('committee', 'committee'), ('invested', 'invested'), ('exited', 'exited'), ('dropped', 'dropped')], default=alliances.lifecycle.FundState['POOL'], max_length=12, verbose_name='state')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('pooled_at', models.DateTimeField(verbose_name='pooled at')),
                    ('reached', models.CharField(choices=[('pool', 'pool'), ('contacted', 'contacted'), ('diligence', 'diligence'), ('established', 'established'), ('committee', 'committee'), ('invested', 'invested'), ('exited', 'exited'), ('dropped', 'dropped')], default=alliances.lifecycle.FundState['POOL'], max_length=12, verbose_name='reached')),
                    ('seats', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='seats of the committee')),
                    ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='invested (CNY)')),
                    ('invested_on', models.DateField(blank=True, null=True, verbose_name='invested on')),
                    ('proceeds', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='proceeds (CNY)')),
                    ('exited_on', models.DateField(blank=True, null=True, verbose_name='exited on')),
                ],
                options={
                    'verbose_name': 'fund project',
                    'verbose_name_plural': 'fund projects',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', (alliances.lifecycle.FundState['COMMITTEE'], alliances.lifecycle.FundState['INVESTED'], alliances.lifecycle.FundState['EXITED'])), _negated=True), models.Q(('seats__gte', 3), ('seats__isnull', False)), _connector='OR'), name='fundproject_voted_on_by_seats'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('amount__isnull', False), ('invested_on__isnull', False), ('state__in', (alliances.lifecycle.FundState['INVESTED'], alliances.lifecycle.FundState['EXITED']))), models.Q(models.Q(('state__in', (alliances.lifecycle.FundState['INVESTED'], alliances.lifecycle.FundState['EXITED'])), _negated=True), ('amount', None), ('invested_on', None)), _connector='OR'), name='fundproject_invested_with_amount_and_day'), models.CheckConstraint(condition=models.Q(models.Q(('exited_on__gte', models.F('invested_on')), ('exited_on__isnull', False), ('proceeds__gte', 0), ('proceeds__isnull', False), ('state', alliances.lifecycle.FundState['EXITED'])), models.Q(models.Q(('state', alliances.lifecycle.FundState['EXITED']), _negated=True), ('exited_on', None), ('proceeds', None)), _connector='OR'), name='fundproject_exited_with_proceeds_and_day'), models.UniqueConstraint(condition=models.Q(('state', alliances.lifecycle.FundState['DROPPED']), _negated=True), fields=('achievement',), name='fundproject_achievement_pooled_once')],
                },
            ),
            migrations.CreateModel(
                name='FundShare',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='alliances.fundproject', verbose_name='fund project')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.city', verbose_name='city')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='amount (CNY)')),
                ],
                options={
                    'verbose_name': 'share of a city',
                    'verbose_name_plural': 'shares of cities',
                    'constraints': [models.UniqueConstraint(fields=('project', 'city'), name='fundshare_once_a_city'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='fundshare_amount_positive')],
                },
            ),
            migrations.CreateModel(
                name='FundVote',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='alliances.fundproject', verbose_name='fund project')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('in_favour', models.BooleanField(verbose_name='in favour')),
                    ('note', models.CharField(blank=True, max_length=1000, verbose_name='note')),
                    ('voted_at', models.DateTimeField(verbose_name='voted at')),
                ],
                options={
                    'verbose_name': 'vote of the committee',
                    'verbose_name_plural': 'votes of the committee',
                    'constraints': [models.UniqueConstraint(fields=('project', 'person'), name='fundvote_once_a_person')],
                },
            ),
        ]),
    ]
