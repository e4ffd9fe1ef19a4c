"""The tables of `notifications`, whole and in one step."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('core', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='StuckEvent',
                fields=[
                    ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='stuck', serialize=False, to='core.event', verbose_name='event')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('retry_at', models.DateTimeField(verbose_name='tried again')),
                    ('error', models.CharField(max_length=200, verbose_name='error')),
                ],
                options={
                    'verbose_name': 'stuck event',
                    'verbose_name_plural': 'stuck events',
                },
            ),
            migrations.CreateModel(
                name='WebhookEndpoint',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_endpoints', to='accounts.organization', verbose_name='organization')),
                    ('url', models.CharField(max_length=500, verbose_name='address')),
                    ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='event kinds')),
                    ('secret', models.CharField(editable=False, max_length=100, verbose_name='secret')),
                    ('previous_secret', models.CharField(blank=True, editable=False, max_length=100, verbose_name='previous secret')),
                    ('previous_secret_until', models.DateTimeField(blank=True, null=True, verbose_name='previous secret signs until')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='disabled')),
                    ('disabled_reason', models.CharField(blank=True, choices=[('gone', 'the receiver answered 410 Gone'), ('owner', 'switched off by its owner')], max_length=8, verbose_name='reason')),
                ],
                options={
                    'verbose_name': 'webhook endpoint',
                    'verbose_name_plural': 'webhook endpoints',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('disabled_at', None), ('disabled_reason', '')), models.Q(('disabled_at__isnull', False), models.Q(('disabled_reason', ''), _negated=True)), _connector='OR'), name='webhookendpoint_disabled_with_reason'), models.CheckConstraint(condition=models.Q(models.Q(('previous_secret', ''), ('previous_secret_until', None)), models.Q(('previous_secret_until__isnull', False), models.Q(('previous_secret', ''), _negated=True)), _connector='OR'), name='webhookendpoint_previous_secret_ends'), models.CheckConstraint(condition=models.Q(('secret', ''), _negated=True), name='webhookendpoint_has_secret')],
                },
            ),
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='core.event', verbose_name='event')),
                    ('channel', models.CharField(choices=[('email', 'e-mail'), ('webhook', 'webhook')], max_length=8, verbose_name='channel')),
                    ('address', models.CharField(max_length=500, verbose_name='address')),
                    ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                    ('endpoint', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notifications.webhookendpoint', verbose_name='webhook endpoint')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered at')),
                    ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='given up at')),
                    ('last_error', models.CharField(blank=True, max_length=40, verbose_name='last error')),
                ],
                options={
                    'verbose_name': 'delivery',
                    'verbose_name_plural': 'deliveries',
                    'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='delivery_due'), models.Index(fields=['endpoint', '-id'], name='delivery_of_endpoint')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('channel', 'email')), fields=('event', 'address'), name='delivery_mailed_once'), models.UniqueConstraint(condition=models.Q(('channel', 'webhook')), fields=('event', 'endpoint'), name='delivery_posted_once'), models.CheckConstraint(condition=models.Q(models.Q(('delivered_at', None), ('due_at__isnull', False), ('failed_at', None)), models.Q(('delivered_at__isnull', False), ('due_at', None), ('failed_at', None)), models.Q(('delivered_at', None), ('due_at', None), ('failed_at__isnull', False)), _connector='OR'), name='delivery_due_done_or_failed'), models.CheckConstraint(condition=models.Q(models.Q(('channel', 'email'), ('endpoint', None), ('event__isnull', False), ('recipient__isnull', False)), models.Q(('channel', 'webhook'), ('endpoint__isnull', False), ('recipient', None)), _connector='OR'), name='delivery_has_its_addressee')],
                },
            ),
            migrations.CreateModel(
                name='DeliveryAttempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='notifications.delivery', verbose_name='delivery')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('status_code', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='HTTP status')),
                    ('error', models.CharField(blank=True, max_length=40, verbose_name='error')),
                    ('duration_ms', models.PositiveIntegerField(verbose_name='duration (ms)')),
                ],
                options={
                    'verbose_name': 'delivery attempt',
                    'verbose_name_plural': 'delivery attempts',
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='FeedEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='entry', to='core.event', verbose_name='event')),
                    ('organizations', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None)),
                    ('at', models.DateTimeField(verbose_name='time')),
                ],
                options={
                    'verbose_name': 'entry of the feed',
                    'verbose_name_plural': 'entries of the feed',
                    'indexes': [models.Index(fields=['at', 'id'], name='feed_by_time')],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                    ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='core.event', verbose_name='event')),
                    ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ],
                options={
                    'verbose_name': 'notice',
                    'verbose_name_plural': 'notices',
                    'indexes': [models.Index(fields=['recipient', '-id'], name='notice_newest_first'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['recipient'], name='notice_unread')],
                    'constraints': [models.UniqueConstraint(fields=('event', 'recipient'), name='notice_event_told_once')],
                },
            ),
        ]),
    ]
