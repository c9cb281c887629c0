from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_posted")]

    operations = [
        migrations.AddField(
            model_name="draft", name="delivery", field=models.BinaryField(default=b"", blank=True)
        ),
    ]
