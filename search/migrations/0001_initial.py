"""Trigrams, by which names are found from their letters, and the tables of `search`, each whole."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import search.rules.rhythm
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from core.schema import CreateTables

AVAILABLE = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"


def check_available(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(AVAILABLE)
        if not cursor.fetchone()[0]:
            raise RuntimeError(
                "This PostgreSQL server has no extension pg_trgm, which search needs. Install the "
                "contrib modules of your PostgreSQL (Debian: in the package postgresql-NN; Red Hat: "
                "postgresql-contrib) and migrate again. The database's owner may create it; nobody "
                "has to be a superuser."
            )


CASCADE = """
    ALTER TABLE search_card ADD CONSTRAINT card_of_a_document
    FOREIGN KEY (document_id) REFERENCES search_document (id) ON DELETE CASCADE
"""
FORGET = "ALTER TABLE search_card DROP CONSTRAINT card_of_a_document"


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("search", "0001_trigrams"),
        ("search", "0002_documents"),
        ("search", "0003_cards"),
        ("search", "0004_saved_searches"),
    ]

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.RunPython(check_available, migrations.RunPython.noop),
        TrigramExtension(),
        CreateTables([
            migrations.CreateModel(
                name='Document',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('need', 'need'), ('achievement', 'achievement'), ('lot', 'lot'), ('enclave', 'enclave park')], max_length=12, verbose_name='kind')),
                    ('object_id', models.BigIntegerField(verbose_name='object')),
                    ('code', models.CharField(blank=True, max_length=20, verbose_name='code')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('keywords', models.TextField(blank=True, verbose_name='keywords')),
                    ('text', models.TextField(blank=True, verbose_name='text')),
                    ('city', models.CharField(blank=True, max_length=6, verbose_name='city')),
                    ('field', models.CharField(blank=True, max_length=8, verbose_name='field')),
                    ('maturity', models.CharField(blank=True, max_length=12, verbose_name='maturity')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('name', models.TextField(verbose_name='name')),
                    ('vector', django.contrib.postgres.search.SearchVectorField(verbose_name='words')),
                    ('version', models.CharField(max_length=12, verbose_name='version')),
                ],
                options={
                    'verbose_name': 'search document',
                    'verbose_name_plural': 'search documents',
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['name'], name='document_by_letters', opclasses=['gin_trgm_ops'])],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='document_thing_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['need', 'achievement', 'lot', 'enclave'])), name='document_kind_known')],
                },
            ),
            migrations.CreateModel(
                name='SavedSearch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_searches', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('question', models.CharField(max_length=200, verbose_name='question')),
                    ('only', models.JSONField(blank=True, default=dict, verbose_name='filters')),
                    ('rhythm', models.CharField(choices=[('immediate', 'immediate'), ('daily', 'daily')], max_length=12, verbose_name='told')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('checked_at', models.DateTimeField(verbose_name='last looked')),
                ],
                options={
                    'verbose_name': 'saved search',
                    'verbose_name_plural': 'saved searches',
                    'constraints': [models.UniqueConstraint(fields=('user', 'question', 'only'), name='savedsearch_question_once'), models.CheckConstraint(condition=models.Q(('rhythm__in', [search.rules.rhythm.Rhythm['IMMEDIATE'], search.rules.rhythm.Rhythm['DAILY']])), name='savedsearch_rhythm_known'), models.CheckConstraint(condition=models.Q(('question', ''), _negated=True), name='savedsearch_asks')],
                },
            ),
            migrations.CreateModel(
                name='Find',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('saved_search', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='finds', to='search.savedsearch', verbose_name='saved search')),
                    ('kind', models.CharField(choices=[('need', 'need'), ('achievement', 'achievement'), ('lot', 'lot'), ('enclave', 'enclave park')], max_length=12, verbose_name='kind')),
                    ('object_id', models.BigIntegerField(verbose_name='object')),
                    ('found_at', models.DateTimeField(verbose_name='found')),
                ],
                options={
                    'verbose_name': 'find',
                    'verbose_name_plural': 'finds',
                    'constraints': [models.UniqueConstraint(fields=('saved_search', 'kind', 'object_id'), name='find_told_once')],
                },
            ),
            migrations.CreateModel(
                name='Card',
                fields=[
                    ('document', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='card', serialize=False, to='search.document', verbose_name='search document')),
                    ('kind', models.CharField(choices=[('need', 'need'), ('achievement', 'achievement'), ('lot', 'lot'), ('enclave', 'enclave park')], max_length=12, verbose_name='kind')),
                    ('object_id', models.BigIntegerField(verbose_name='object')),
                    ('city', models.CharField(blank=True, max_length=6, verbose_name='city')),
                    ('field', models.CharField(blank=True, max_length=8, verbose_name='field')),
                    ('maturity', models.CharField(blank=True, max_length=12, verbose_name='maturity')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('words', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='words')),
                    ('title_words', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None, verbose_name='words of the title')),
                ],
                options={
                    'verbose_name': 'search card',
                    'verbose_name_plural': 'search cards',
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='card_by_words')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='card_thing_once')],
                },
            ),
        ]),
        migrations.RunSQL(CASCADE, FORGET),
    ]
