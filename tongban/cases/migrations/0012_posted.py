from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_inquiries")]

    operations = [
        migrations.AddField(model_name="case", name="posted", field=models.JSONField(default=dict)),
    ]
