from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0005_mandates")]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="officers",
            field=models.ManyToManyField(blank=True, related_name="systems", to="parties.officer"),
        ),
    ]
