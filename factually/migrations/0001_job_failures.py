import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="failure",
                        serialize=False,
                        to="procrastinate.procrastinatejob",
                    ),
                ),
                ("kind", models.CharField(max_length=200)),
                ("place", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(
            """
            ALTER TABLE factually_jobfailure ADD CONSTRAINT factually_jobfailure_job
                FOREIGN KEY (job_id) REFERENCES procrastinate_jobs (id) ON DELETE CASCADE
            """,
            "ALTER TABLE factually_jobfailure DROP CONSTRAINT factually_jobfailure_job",
        ),
    ]
