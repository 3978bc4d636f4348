using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>A person whom a file names first, with the month from which the first account is open.</summary>
internal readonly record struct NewPerson(int Person, long Citizen, string Name, LocalDate Birth, YearMonth Opened, int Submission)
{
    /// <summary>Writes persons with their first accounts.</summary>
    public static async Task WriteAsync(AreaSession area, List<NewPerson> registered, CancellationToken cancellation)
    {
        if (registered.Count == 0)
        {
            return;
        }

        await using (CopyRows copy = await area.CopyAsync(":area.person", "person_id, citizen, name, birth, submission_id", cancellation))
        {
            foreach (NewPerson person in registered)
            {
                copy.StartRow();
                copy.Write(person.Person);
                copy.Write(person.Citizen);
                copy.Write(person.Name);
                copy.Write(new DateOnly(person.Birth.Year, person.Birth.Month, person.Birth.Day));
                copy.Write(person.Submission);
            }

            await copy.CompleteAsync(cancellation);
        }

        await using (CopyRows copy = await area.CopyAsync(":area.account", "account_id, person_id, opened, submission_id", cancellation))
        {
            foreach (NewPerson person in registered)
            {
                copy.StartRow();
                copy.Write(person.Person);
                copy.Write(person.Person);
                copy.Write(person.Opened.FirstDay());
                copy.Write(person.Submission);
            }

            await copy.CompleteAsync(cancellation);
        }
    }
}
