from django.db import migrations

# What the triggers would have written, had they been there from the beginning. Payments wait meanwhile.
FILL = """
    SELECT pg_advisory_xact_lock('supporters_goal'::regclass::int, 0);
    UPDATE supporters_goal SET rebuilt_at = now();
"""


class Migration(migrations.Migration):
    dependencies = [("supporters", "0003_ledger")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
