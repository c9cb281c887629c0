from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_mandates_told_and_contacts_proved")]

    operations = [
        migrations.AddField(
            model_name="draftpaper",
            name="made_from",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
    ]
