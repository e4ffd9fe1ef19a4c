"""The tables of `core`, whole and in one step."""

import core.models
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='AnsweredRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('scope', models.CharField(max_length=60)),
                    ('caller', models.CharField(max_length=100)),
                    ('key', models.UUIDField()),
                    ('fingerprint', models.CharField(max_length=64)),
                    ('object_id', models.BigIntegerField(null=True)),
                    ('answer', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                    ('at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'answered request',
                    'verbose_name_plural': 'answered requests',
                    'constraints': [models.UniqueConstraint(fields=('scope', 'caller', 'key'), name='answeredrequest_key_once')],
                },
            ),
            migrations.CreateModel(
                name='HistoryEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=20, verbose_name='kind')),
                    ('object_id', models.BigIntegerField(verbose_name='object')),
                    ('part', models.CharField(blank=True, max_length=30, verbose_name='part')),
                    ('row_id', models.BigIntegerField(verbose_name='row')),
                    ('change', models.CharField(choices=[('added', 'added'), ('changed', 'changed'), ('removed', 'removed')], max_length=8, verbose_name='change')),
                    ('fields', models.JSONField(decoder=core.models.ExactDecoder, default=dict, verbose_name='fields')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('actor', models.CharField(blank=True, max_length=120, verbose_name='actor')),
                    ('db_user', models.CharField(max_length=63, verbose_name='user of the database')),
                ],
                options={
                    'verbose_name': 'history entry',
                    'verbose_name_plural': 'history entries',
                    'indexes': [models.Index(fields=['kind', 'object_id', '-id'], name='historyentry_of_thing')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('change__in', ['added', 'changed', 'removed'])), name='historyentry_change_known')],
                },
            ),
            migrations.CreateModel(
                name='Holiday',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('date', models.DateField(unique=True, verbose_name='date')),
                    ('kind', models.CharField(choices=[('holiday', 'day off'), ('working_day', 'worked in exchange')], max_length=12, verbose_name='kind')),
                    ('name', models.CharField(max_length=40, verbose_name='name')),
                    ('source', models.CharField(max_length=200, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'public holiday',
                    'verbose_name_plural': 'public holidays',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'working_day'), _negated=True), ('date__iso_week_day__gte', 6), _connector='OR'), name='holiday_worked_day_is_a_weekend_day')],
                },
            ),
            migrations.CreateModel(
                name='ReferenceFigure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=60, unique=True, verbose_name='key')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('name_en', models.CharField(max_length=100, verbose_name='English name')),
                    ('value', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='value')),
                    ('is_at_least', models.BooleanField(default=False, verbose_name='more than')),
                    ('unit', models.CharField(max_length=20, verbose_name='unit')),
                    ('as_of', models.CharField(max_length=10, verbose_name='as of')),
                    ('source', models.CharField(max_length=300, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'published figure',
                    'verbose_name_plural': 'published figures',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), ('as_of__regex', '^2[01]\\d\\d(-\\d\\d){0,2}$')), name='referencefigure_has_source_and_date')],
                },
            ),
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('topic', models.CharField(max_length=60, verbose_name='topic')),
                    ('seq', models.PositiveIntegerField(verbose_name='sequence')),
                    ('kind', models.CharField(max_length=60, verbose_name='kind')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('actor_user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('actor_client', models.CharField(blank=True, max_length=100, verbose_name='API client')),
                    ('payload', models.JSONField(default=dict, verbose_name='payload')),
                    ('fanned_out_at', models.DateTimeField(blank=True, null=True, verbose_name='fanned out')),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'events',
                    'indexes': [models.Index(condition=models.Q(('fanned_out_at__isnull', True)), fields=['id'], name='event_unread')],
                    'constraints': [models.UniqueConstraint(fields=('topic', 'seq'), name='event_topic_seq_once'), models.CheckConstraint(condition=models.Q(('seq__gt', 0)), name='event_seq_positive')],
                },
            ),
        ]),
    ]
