"""The tables of `enclaves`, whole and in one step."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import enclaves.lifecycle
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('marketplace', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Park',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                    ('home_city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parks_away', to='accounts.city', verbose_name='home city')),
                    ('host_district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parks_hosted', to='accounts.city', verbose_name='host district')),
                    ('operator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parks', to='accounts.organization', verbose_name='operator')),
                    ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                    ('mode', models.CharField(blank=True, choices=[('rent', 'rented'), ('buy', 'bought'), ('build', 'built')], max_length=8, verbose_name='mode')),
                    ('area_m2', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='area (m²)')),
                    ('incubating_m2', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='for incubation (m²)')),
                    ('investment', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='investment (CNY)')),
                    ('registration_policy', models.CharField(blank=True, max_length=500, verbose_name='where tenants register')),
                    ('tax_policy', models.CharField(blank=True, max_length=500, verbose_name='where tenants pay tax')),
                    ('contact', models.CharField(blank=True, max_length=200, verbose_name='contact')),
                    ('opened_on', models.DateField(blank=True, null=True, verbose_name='opened on')),
                    ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'enclave park',
                    'verbose_name_plural': 'enclave parks',
                    'constraints': [models.CheckConstraint(condition=models.Q(('home_city', models.F('host_district')), _negated=True), name='park_lies_in_another_city'), models.CheckConstraint(condition=models.Q(('area_m2', None), ('area_m2__gt', 0), _connector='OR'), name='park_area_positive'), models.CheckConstraint(condition=models.Q(('incubating_m2', None), models.Q(('incubating_m2__gt', 0), models.Q(('area_m2', None), ('incubating_m2__lte', models.F('area_m2')), _connector='OR')), _connector='OR'), name='park_incubates_within_its_area'), models.CheckConstraint(condition=models.Q(('investment', None), ('investment__gte', 0), _connector='OR'), name='park_investment_not_negative')],
                },
            ),
            migrations.CreateModel(
                name='DutyAlarm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='enclaves.park', verbose_name='enclave park')),
                    ('kind', models.CharField(choices=[('report', 'report'), ('confirmation', 'confirmation'), ('agreement', 'agreement'), ('tenancy', 'tenancy')], max_length=12, verbose_name='kind')),
                    ('subject', models.BigIntegerField()),
                    ('due_on', models.DateField(verbose_name='due on')),
                    ('phase', models.CharField(choices=[('upcoming', 'upcoming'), ('soon', 'soon'), ('overdue', 'overdue')], max_length=8, verbose_name='phase')),
                    ('raised_at', models.DateTimeField(verbose_name='raised at')),
                ],
                options={
                    'verbose_name': 'alarm of a duty',
                    'verbose_name_plural': 'alarms of duties',
                    'constraints': [models.UniqueConstraint(fields=('park', 'kind', 'subject', 'due_on', 'phase'), name='dutyalarm_once_a_phase')],
                },
            ),
            migrations.CreateModel(
                name='Agreement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='enclaves.park', verbose_name='enclave park')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('metric', models.CharField(choices=[('tax', 'tax revenue (CNY)'), ('output', 'output value (CNY)'), ('talents', 'talents')], max_length=8, verbose_name='what is shared')),
                    ('home_percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='share of the home city (%)')),
                    ('period', models.CharField(choices=[('quarter', 'quarter'), ('half_year', 'half-year'), ('year', 'year')], max_length=10, verbose_name='period')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(verbose_name='no longer from')),
                    ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ],
                options={
                    'verbose_name': 'agreement on sharing',
                    'verbose_name_plural': 'agreements on sharing',
                    'constraints': [models.CheckConstraint(condition=models.Q(('home_percent__gte', 0), ('home_percent__lte', 100)), name='agreement_shares_at_most_all'), models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='agreement_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('park', '='), ('metric', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), function='DATERANGE'), '&&')], name='agreement_one_rule_for_a_metric_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='ParkFund',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funds', to='enclaves.park', verbose_name='enclave park')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('size', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='size (CNY)')),
                    ('manager', models.CharField(blank=True, max_length=200, verbose_name='fund manager')),
                    ('since', models.DateField(verbose_name='since')),
                ],
                options={
                    'verbose_name': 'fund of a park',
                    'verbose_name_plural': 'funds of parks',
                    'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='parkfund_size_positive'), models.UniqueConstraint(fields=('park', 'name'), name='parkfund_once_a_park')],
                },
            ),
            migrations.CreateModel(
                name='Place',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('kind', models.CharField(choices=[('demo_park', 'demo park'), ('demo_zone', 'demo zone'), ('transfer_base', 'transfer base'), ('finance_park', 'finance park')], max_length=16, verbose_name='kind')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='accounts.city', verbose_name='city')),
                    ('operator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='places', to='accounts.organization', verbose_name='operator')),
                    ('theme', models.CharField(blank=True, max_length=100, verbose_name='field of industry')),
                    ('case', models.TextField(blank=True, max_length=5000, verbose_name='application')),
                    ('batch', models.CharField(blank=True, max_length=40, verbose_name='batch')),
                    ('state', models.CharField(choices=[('applied', 'applied'), ('named', 'named'), ('refused', 'refused'), ('revoked', 'revoked')], default=enclaves.lifecycle.PlaceState['APPLIED'], max_length=12, verbose_name='state')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('named_on', models.DateField(blank=True, null=True, verbose_name='named on')),
                    ('valid_until', models.DateField(blank=True, null=True, verbose_name='last day')),
                    ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied at')),
                    ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'named place',
                    'verbose_name_plural': 'named places',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', enclaves.lifecycle.PlaceState['REFUSED']), _negated=True), fields=('kind', 'name'), name='place_once_a_kind'), models.CheckConstraint(condition=models.Q(('valid_until', None), models.Q(('named_on__isnull', False), ('valid_until__gt', models.F('named_on'))), _connector='OR'), name='place_valid_after_it_was_named'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [enclaves.lifecycle.PlaceState['REFUSED'], enclaves.lifecycle.PlaceState['REVOKED']]), _negated=True), models.Q(('state_reason', ''), _negated=True), _connector='OR'), name='place_refused_or_revoked_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', (enclaves.lifecycle.PlaceState['NAMED'], enclaves.lifecycle.PlaceState['REVOKED'])), _negated=True), ('named_on__isnull', False), models.Q(('source', ''), _negated=True), _connector='OR'), name='place_named_has_a_day_or_a_source'), models.CheckConstraint(condition=models.Q(('applied_at__isnull', False), models.Q(('source', ''), _negated=True), _connector='OR'), name='place_applied_or_published')],
                },
            ),
            migrations.CreateModel(
                name='Assessment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='enclaves.place', verbose_name='named place')),
                    ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                    ('state', models.CharField(choices=[('material', 'material'), ('defence', 'defence'), ('experts', 'experts'), ('publicised', 'publicised'), ('concluded', 'concluded')], default=enclaves.lifecycle.AssessmentState['MATERIAL'], max_length=12, verbose_name='state')),
                    ('notes', models.TextField(blank=True, max_length=10000, verbose_name='record of the steps')),
                    ('grade', models.CharField(blank=True, choices=[('excellent', 'excellent'), ('qualified', 'qualified'), ('failed', 'failed')], max_length=12, verbose_name='grade')),
                    ('begins_at', models.DateTimeField(blank=True, null=True, verbose_name='publicity begins')),
                    ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='publicity ends')),
                    ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='opened at')),
                    ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'assessment of a place',
                    'verbose_name_plural': 'assessments of places',
                    'ordering': ['-year'],
                    'constraints': [models.UniqueConstraint(fields=('place', 'year'), name='assessment_once_a_year'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state__in', [enclaves.lifecycle.AssessmentState['PUBLICISED'], enclaves.lifecycle.AssessmentState['CONCLUDED']]), _negated=True), ('grade', '')), models.Q(('state__in', [enclaves.lifecycle.AssessmentState['PUBLICISED'], enclaves.lifecycle.AssessmentState['CONCLUDED']]), models.Q(('grade', ''), _negated=True)), _connector='OR'), name='assessment_graded_when_publicised'), models.CheckConstraint(condition=models.Q(models.Q(('begins_at', None), ('ends_at', None)), models.Q(('begins_at__isnull', False), ('ends_at__gt', models.F('begins_at')), ('ends_at__isnull', False)), _connector='OR'), name='assessment_publicity_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [enclaves.lifecycle.AssessmentState['PUBLICISED'], enclaves.lifecycle.AssessmentState['CONCLUDED']]), _negated=True), ('ends_at__isnull', False), models.Q(('source', ''), _negated=True), _connector='OR'), name='assessment_publicised_or_published')],
                },
            ),
            migrations.CreateModel(
                name='Project',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                    ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='enclaves.park', verbose_name='enclave park')),
                    ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enclave_projects', to='accounts.organization', verbose_name='organization')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('team', models.CharField(max_length=500, verbose_name='team')),
                    ('field', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.technologyfield', verbose_name='technology field')),
                    ('area_m2', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='area (m²)')),
                    ('ip_count', models.PositiveIntegerField(default=0, verbose_name='IP rights')),
                    ('funding', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='funding raised (CNY)')),
                    ('deal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.deal', verbose_name='deal')),
                    ('need', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.need', verbose_name='need')),
                    ('achievement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.achievement', verbose_name='achievement')),
                    ('landing', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marketplace.landing', verbose_name='landing')),
                    ('landing_basis', models.CharField(blank=True, choices=[('entity', 'entity'), ('land_or_lease', 'land or lease'), ('investment', 'investment'), ('tax_record', 'tax record')], max_length=16, verbose_name='evidence of the landing')),
                    ('state', models.CharField(choices=[('contact', 'contact'), ('admitted', 'admitted'), ('incubating', 'incubating'), ('pilot', 'pilot'), ('landing', 'landing'), ('landed', 'landed'), ('output', 'output'), ('exited', 'exited')], default=enclaves.lifecycle.ProjectState['CONTACT'], max_length=12, verbose_name='state')),
                    ('exit_kind', models.CharField(blank=True, choices=[('graduated', 'graduated'), ('terminated', 'terminated')], max_length=12, verbose_name='way out')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ],
                options={
                    'verbose_name': 'enclave project',
                    'verbose_name_plural': 'enclave projects',
                    'constraints': [models.CheckConstraint(condition=models.Q(('area_m2__gt', 0)), name='project_area_positive'), models.CheckConstraint(condition=models.Q(('funding__gte', 0)), name='project_funding_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('deal', None), ('need', None)), models.Q(('achievement', None), ('deal', None)), models.Q(('achievement', None), ('need', None)), _connector='OR'), name='project_has_one_origin'), models.CheckConstraint(condition=models.Q(('state', enclaves.lifecycle.ProjectState['LANDED']), _negated=True), name='project_landed_is_never_stored'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', (enclaves.lifecycle.ProjectState['LANDING'], enclaves.lifecycle.ProjectState['OUTPUT'])), _negated=True), ('landing__isnull', False), _connector='OR'), name='project_lands_by_a_landing'), models.CheckConstraint(condition=models.Q(models.Q(('landing', None), ('landing_basis', '')), models.Q(('landing__isnull', False), models.Q(('landing_basis', ''), _negated=True)), _connector='OR'), name='project_landing_says_its_evidence'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', enclaves.lifecycle.ProjectState['EXITED']), _negated=True), ('exit_kind', ''), ('state_reason', '')), models.Q(('state', enclaves.lifecycle.ProjectState['EXITED']), models.Q(('exit_kind', ''), _negated=True), models.Q(('state_reason', ''), _negated=True)), _connector='OR'), name='project_exits_one_way_and_says_why')],
                },
            ),
            migrations.CreateModel(
                name='AdmissionReviewer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviewers', to='enclaves.project', verbose_name='enclave project')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('favours', models.BooleanField(blank=True, null=True, verbose_name='in favour')),
                    ('comment', models.TextField(blank=True, max_length=2000, verbose_name='comment')),
                    ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ],
                options={
                    'verbose_name': 'reviewer of an admission',
                    'verbose_name_plural': 'reviewers of admissions',
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('project', 'person'), name='admissionreviewer_once_a_project'), models.CheckConstraint(condition=models.Q(models.Q(('comment', ''), ('favours', None), ('reviewed_at', None)), models.Q(('favours__isnull', False), ('reviewed_at__isnull', False), models.Q(('comment', ''), _negated=True)), _connector='OR'), name='admissionreviewer_judges_whole')],
                },
            ),
            migrations.CreateModel(
                name='ProjectMove',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='enclaves.project', verbose_name='enclave project')),
                    ('to', models.CharField(choices=[('contact', 'contact'), ('admitted', 'admitted'), ('incubating', 'incubating'), ('pilot', 'pilot'), ('landing', 'landing'), ('landed', 'landed'), ('output', 'output'), ('exited', 'exited')], max_length=12, verbose_name='state')),
                    ('reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('moved_at', models.DateTimeField(verbose_name='time')),
                ],
                options={
                    'verbose_name': 'move of a project',
                    'verbose_name_plural': 'moves of projects',
                    'ordering': ['id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('by_user__isnull', False), models.Q(('by_client', ''), _negated=True), _connector='OR'), name='projectmove_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='Report',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='enclaves.park', verbose_name='enclave park')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(verbose_name='no longer from')),
                    ('figures', models.JSONField(verbose_name='figures')),
                    ('tax', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='tax revenue (CNY)')),
                    ('output', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='output value (CNY)')),
                    ('talents', models.PositiveIntegerField(verbose_name='talents')),
                    ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                    ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('disputed', 'disputed'), ('agreed', 'agreed')], default=enclaves.lifecycle.ReportState['DRAFT'], max_length=12, verbose_name='state')),
                    ('drawn_up_at', models.DateTimeField(verbose_name='drawn up at')),
                    ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted at')),
                ],
                options={
                    'verbose_name': 'park report',
                    'verbose_name_plural': 'park reports',
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='report_ends_after_start'), models.CheckConstraint(condition=models.Q(('output__gte', 0), ('tax__gte', 0)), name='report_amounts_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('state', enclaves.lifecycle.ReportState['DRAFT']), ('submitted_at', None)), models.Q(models.Q(('state', enclaves.lifecycle.ReportState['DRAFT']), _negated=True), ('submitted_at__isnull', False)), _connector='OR'), name='report_submitted_has_a_time'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('park', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), function='DATERANGE'), '&&')], name='report_one_for_a_time')],
                },
            ),
            migrations.CreateModel(
                name='BenefitShare',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='enclaves.report', verbose_name='park report')),
                    ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='enclaves.agreement', verbose_name='agreement on sharing')),
                    ('metric', models.CharField(choices=[('tax', 'tax revenue (CNY)'), ('output', 'output value (CNY)'), ('talents', 'talents')], max_length=8, verbose_name='what is shared')),
                    ('side', models.CharField(choices=[('home', 'home'), ('host', 'host')], max_length=4, verbose_name='side')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='amount')),
                ],
                options={
                    'verbose_name': 'share of a city',
                    'verbose_name_plural': 'shares of cities',
                    'ordering': ['id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='benefitshare_not_negative'), models.UniqueConstraint(fields=('report', 'metric', 'side'), name='benefitshare_once_a_side')],
                },
            ),
            migrations.CreateModel(
                name='ReportConfirmation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='enclaves.report', verbose_name='park report')),
                    ('side', models.CharField(choices=[('home', 'home'), ('host', 'host')], max_length=4, verbose_name='side')),
                    ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('at', models.DateTimeField(verbose_name='time')),
                ],
                options={
                    'verbose_name': 'confirmation of a report',
                    'verbose_name_plural': 'confirmations of reports',
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('report', 'version', 'side'), name='reportconfirmation_once_a_side')],
                },
            ),
            migrations.CreateModel(
                name='ReportDispute',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='enclaves.report', verbose_name='park report')),
                    ('side', models.CharField(choices=[('home', 'home'), ('host', 'host')], max_length=4, verbose_name='side')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('reason', models.CharField(max_length=1000, verbose_name='reason')),
                    ('raised_at', models.DateTimeField(verbose_name='raised at')),
                    ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved at')),
                    ('resolution', models.CharField(blank=True, max_length=1000, verbose_name='resolution')),
                ],
                options={
                    'verbose_name': 'dispute about a report',
                    'verbose_name_plural': 'disputes about reports',
                    'ordering': ['id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('resolution', ''), ('resolved_at', None)), models.Q(('resolved_at__isnull', False), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='reportdispute_resolved_with_time_and_reason'), models.UniqueConstraint(condition=models.Q(('resolved_at', None)), fields=('report',), name='reportdispute_one_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='Talent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talents', to='enclaves.project', verbose_name='enclave project')),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('person_key', models.CharField(max_length=64)),
                    ('grade', models.CharField(choices=[('leading', 'leading'), ('senior', 'senior'), ('doctor', 'doctor'), ('associate_senior', 'associate senior'), ('master', 'master'), ('other', 'other')], max_length=16, verbose_name='grade')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='no longer from')),
                    ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ],
                options={
                    'verbose_name': 'talent',
                    'verbose_name_plural': 'talents',
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='talent_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('project', '='), ('person_key', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), function='DATERANGE'), '&&')], name='talent_once_in_a_project')],
                },
            ),
            migrations.CreateModel(
                name='Unit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='enclaves.park', verbose_name='enclave park')),
                    ('name', models.CharField(max_length=40, verbose_name='name')),
                    ('area_m2', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='area (m²)')),
                ],
                options={
                    'verbose_name': 'unit of a park',
                    'verbose_name_plural': 'units of parks',
                    'constraints': [models.CheckConstraint(condition=models.Q(('area_m2__gt', 0)), name='unit_area_positive'), models.UniqueConstraint(fields=('park', 'name'), name='unit_name_once_a_park')],
                },
            ),
            migrations.CreateModel(
                name='Tenancy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='enclaves.unit', verbose_name='unit of a park')),
                    ('tenant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='accounts.organization', verbose_name='organization')),
                    ('tenant_name', models.CharField(max_length=200, verbose_name='tenant')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='no longer from')),
                    ('rent', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='rent a month (CNY)')),
                    ('end_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason of the end')),
                    ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ],
                options={
                    'verbose_name': 'tenancy',
                    'verbose_name_plural': 'tenancies',
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='tenancy_ends_after_start'), models.CheckConstraint(condition=models.Q(('rent__gte', 0)), name='tenancy_rent_not_negative'), models.CheckConstraint(condition=models.Q(('tenant_name', ''), _negated=True), name='tenancy_names_its_tenant'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('unit', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), function='DATERANGE'), '&&')], name='tenancy_one_at_a_time')],
                },
            ),
        ]),
    ]
