"""Every lot names its policy, and a policy is never changed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("auctions", "0004_lots_have_policies"), ("core", "0002_append_only")]

    operations = [
        migrations.AlterField(
            model_name="lot",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lots",
                to="auctions.policy",
                verbose_name="policy",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER policy_append_only BEFORE UPDATE OR DELETE ON auctions_policy
                FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
            CREATE TRIGGER policy_not_emptied BEFORE TRUNCATE ON auctions_policy
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
            """,
            """
            DROP TRIGGER policy_append_only ON auctions_policy;
            DROP TRIGGER policy_not_emptied ON auctions_policy;
            """,
        ),
    ]
