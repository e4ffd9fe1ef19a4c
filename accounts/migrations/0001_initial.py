"""The tables of `accounts`, whole and in one step."""

import accounts.lifecycle
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from core.schema import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # Terms of office must not overlap: an exclusion constraint over (user, range).
        BtreeGistExtension(),
        CreateTables([
            migrations.CreateModel(
                name='City',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=6, unique=True, verbose_name='region code')),
                    ('name', models.CharField(max_length=40, verbose_name='name')),
                    ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                    ('province_code', models.CharField(max_length=6, verbose_name='province code')),
                    ('is_corridor', models.BooleanField(default=True, verbose_name='one of the nine')),
                    ('source', models.CharField(max_length=200, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'city',
                    'verbose_name_plural': 'cities',
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                    ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('full_name', models.CharField(blank=True, max_length=60, verbose_name='full name')),
                    ('language', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'abstract': False,
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='Organization',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('enterprise', 'enterprise'), ('research_institute', 'research institute'), ('university', 'university'), ('financial_institution', 'financial institution'), ('enclave_operator', 'enclave operator'), ('exchange', 'technology exchange'), ('public_body', 'public body'), ('association', 'association')], max_length=24, verbose_name='kind')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                    ('credit_code', models.CharField(max_length=18, unique=True, verbose_name='unified social credit code')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.city', verbose_name='city')),
                    ('legal_representative', models.CharField(blank=True, max_length=60, verbose_name='legal representative')),
                    ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact e-mail')),
                    ('contact_phone', models.CharField(blank=True, max_length=30, verbose_name='contact phone')),
                    ('controller', models.CharField(blank=True, max_length=200, verbose_name='actual controller')),
                    ('bank_account', models.CharField(blank=True, max_length=60, verbose_name='bank account')),
                    ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('returned', 'returned'), ('verified', 'verified'), ('suspended', 'suspended')], default=accounts.lifecycle.OrganizationState['DRAFT'], max_length=12, verbose_name='state')),
                    ('state_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='verified at')),
                    ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='verified by')),
                ],
                options={
                    'verbose_name': 'organization',
                    'verbose_name_plural': 'organizations',
                    'constraints': [models.CheckConstraint(condition=models.Q(('credit_code__regex', '^[0-9A-HJ-NPQRTUWXY]{18}$')), name='organization_credit_code_shape'), models.CheckConstraint(condition=models.Q(models.Q(('verified_at', None), ('verified_by', None)), models.Q(('verified_at__isnull', False), ('verified_by__isnull', False)), _connector='OR'), name='organization_verified_at_by_together'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', [accounts.lifecycle.OrganizationState['VERIFIED'], accounts.lifecycle.OrganizationState['SUSPENDED']]), _negated=True), ('verified_at__isnull', False), _connector='OR'), name='organization_verified_means_somebody_did')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organization', verbose_name='organization')),
                    ('role', models.CharField(choices=[('manager', 'manager'), ('agent', 'agent'), ('viewer', 'viewer')], max_length=10, verbose_name='role')),
                    ('started_at', models.DateTimeField(verbose_name='from')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ],
                options={
                    'verbose_name': 'membership',
                    'verbose_name_plural': 'memberships',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'organization'), name='membership_one_at_a_time'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='membership_ends_after_start')],
                },
            ),
            migrations.CreateModel(
                name='Relation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('by_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to='accounts.organization', verbose_name='organization')),
                    ('related', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations_from', to='accounts.organization', verbose_name='related organization')),
                    ('kind', models.CharField(choices=[('control', 'one controls the other'), ('investment', 'one holds shares in the other'), ('management', 'the same people manage both'), ('kinship', 'near relatives control or manage them'), ('other', 'another relation of interest'), ('namesakes', 'different people of one name')], max_length=12, verbose_name='relation')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='no longer from')),
                    ('evidence', models.CharField(blank=True, max_length=1000, verbose_name='evidence')),
                    ('by_staff', models.BooleanField(default=False, verbose_name='entered by staff')),
                    ('declared_at', models.DateTimeField(verbose_name='declared at')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='end entered at')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='end entered by')),
                    ('end_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason of the end')),
                ],
                options={
                    'verbose_name': 'relation',
                    'verbose_name_plural': 'relations',
                    'constraints': [models.CheckConstraint(condition=models.Q(('organization', models.F('related')), _negated=True), name='relation_ties_two'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='relation_ends_after_start'), models.CheckConstraint(condition=models.Q(('by_staff', False), models.Q(('evidence', ''), _negated=True), _connector='OR'), name='relation_entered_with_evidence'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'namesakes'), _negated=True), ('by_staff', True), _connector='OR'), name='relation_namesakes_are_found_by_staff'), models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('ends_on__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='relation_ended_at_by_together'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(django.db.models.functions.comparison.Least('organization', 'related'), '='), (django.db.models.functions.comparison.Greatest('organization', 'related'), '='), ('kind', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), function='DATERANGE'), '&&')], name='relation_said_once_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='Secondment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='secondments', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.city', verbose_name='sending city')),
                    ('group', models.CharField(choices=[('industry', 'industry group'), ('innovation', 'innovation group'), ('general', 'general group'), ('business', 'business group'), ('publicity', 'publicity group')], max_length=12, verbose_name='working group')),
                    ('starts_on', models.DateField(verbose_name='first day')),
                    ('ends_on', models.DateField(verbose_name='last day')),
                ],
                options={
                    'verbose_name': 'secondment',
                    'verbose_name_plural': 'secondments',
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='secondment_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='DATERANGE'), '&&')], name='secondment_terms_do_not_overlap')],
                },
            ),
        ]),
    ]
