namespace Batch.Jobs.Tools;

/// <content>Files of changes of people.</content>
public sealed partial class Generator
{
    private void WriteChanges(GeneratedMonth month)
    {
        string name = $"persons-{Stamp(month.Month)}.csv";
        Begin(name, PersonsRows.Header);
        var changes = new PersonsRows(rows, countsYears, freezesAmounts);
        for (int i = 0; i < population.EmployedCount && (enrols || month.Number > 0); i++)
        {
            Person person = population.Employed(i);
            WriteChange(changes, person, month, person.IsEmployed(0), retired: false);
            StopIfCancelled(i);
        }

        for (int i = 0; i < population.EmployedCount && options.Movements; i++)
        {
            WriteSharing(changes, family.Of(population.Employed(i)), month);
            StopIfCancelled(i);
        }

        for (int i = 0; i < population.RetiredCount && (enrols || month.Number > 0); i++)
        {
            Person person = population.Retired(i);
            WriteChange(changes, person, month, person.HasPension(0), retired: true);
            StopIfCancelled(i);
        }

        End(name, month.Month, "persons");
    }

    /// <param name="isThere">Whether the person is there in the first month.</param>
    private void WriteChange(PersonsRows changes, in Person person, GeneratedMonth month, bool isThere, bool retired)
    {
        if (month.Number == 0)
        {
            if (isThere)
            {
                changes.Enrol(person, month.Month, retired);
            }
        }
        else if (person.Change == Change.Pauses && person.Until == month.Number)
        {
            changes.Resume(person, month.Month);
        }
        else if (person.Change != Change.None && person.At == month.Number)
        {
            if (!retired || person.Change != Change.Joins)
            {
                changes.Write(person, month.Month);
            }
            else if (enrols)
            {
                // Who moves in with a pension is enrolled only where the area wants people on record first.
                changes.Enrol(person, month.Month, retired);
            }
        }
    }

    private static void WriteSharing(PersonsRows changes, Sharing? sharing, GeneratedMonth month)
    {
        if (sharing is { } begun && begun.From == month.Number)
        {
            changes.Bind(begun, month.Month);
        }
        else if (sharing is { } ended && ended.Until == month.Number)
        {
            changes.Unbind(ended, month.Month);
        }
    }
}
