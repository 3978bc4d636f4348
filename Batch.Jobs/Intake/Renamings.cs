using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Another number or another name of a person, or both.</summary>
/// <param name="Number">Null: it stays.</param>
/// <param name="Birth">Told by the number, or beside it where it tells none; null: it stays.</param>
/// <param name="Name">Null: it stays.</param>
/// <param name="On">Since when it is so, by the document.</param>
public sealed record Renaming(int Person, CitizenId? Number, LocalDate? Birth, string? Name, LocalDate On, string Document, string Reason);

/// <summary>Proposes and applies changes of number and name, in the transaction of the caller, who holds the area's intake lock.</summary>
internal sealed class Renamings(AreaSession area, LocalDate today)
{
    private const int LongestDocument = 64;
    private const int LongestText = 500;

    private sealed record OnRecord(long Number, string Name, LocalDate Birth);

    /// <returns>The number of the proposal; of the same one, where it waits already.</returns>
    public async Task<int> ProposeAsync(Renaming asked, string by, CancellationToken cancellation)
    {
        (string document, string reason) = Checked(asked.Document, asked.Reason, asked.On, today);
        Renaming renaming = asked with
        {
            Birth = asked.Number is { TellsBirth: true } told ? told.Birth : asked.Birth,
            Name = string.IsNullOrWhiteSpace(asked.Name) ? null : asked.Name.Trim(),
            Document = document,
            Reason = reason,
        };
        RefuseUnusable(renaming);
        OnRecord now = await OnRecordAsync(renaming.Person, cancellation);
        renaming = renaming with { Name = renaming.Name == now.Name ? null : renaming.Name };
        if (renaming.Number?.Digits17 == now.Number && (renaming.Birth is null || renaming.Birth == now.Birth))
        {
            renaming = renaming with { Number = null, Birth = null };
        }

        if (renaming.Number is null && renaming.Name is null)
        {
            throw new DataFaultException("NOTHING_CHANGES", "新号码、新姓名与登记的相同，没有可变更的内容。", "The new number and name are those on record; nothing would change.");
        }

        await RefuseInUseAsync(renaming, cancellation);
        return await SameAsync(renaming, by, cancellation) ?? await InsertAsync(renaming, now, by, cancellation);
    }

    public async Task ApproveAsync(int proposal, FileDraft draft, CancellationToken cancellation)
    {
        (Renaming Asked, long NumberWas, string NameWas) = (await area.ReadAsync(
            "SELECT person_id, number, birth, name, on_date, document, reason, number_was, name_was FROM :area.identity_change WHERE identity_id = $1",
            r => (new Renaming(
                r.GetInt32(0), r.IsDBNull(1) ? null : CitizenId.FromDigits17(r.GetInt64(1)), r.IsDBNull(2) ? null : LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(2)),
                r.Text(3), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(4)), r.GetString(5), r.GetString(6)), r.GetInt64(7), r.GetString(8)), cancellation, proposal))[0];
        OnRecord now = await OnRecordAsync(Asked.Person, cancellation);
        if (now.Number != NumberWas || now.Name != NameWas)
        {
            throw new DataFaultException(
                "PROPOSAL_STALE", "提出之后，此人的号码或姓名已经变更。请不同意此提案，按现在的登记重新提出。",
                "The person's number or name has changed since this was proposed. Refuse the proposal, and propose again from what is on record now.");
        }

        await RefuseInUseAsync(Asked, cancellation);
        LineBlock block = new();
        CitizenId id = CitizenId.FromDigits17(now.Number);
        if (Asked.Number is { } number)
        {
            block.Persons.Add(new PersonsLine(++block.Rows, id, null, PersonEvent.NumberChanged, Asked.On, PersonsRow.Told(number, Asked.Birth), Asked.Document)
            {
                Number = number,
                BirthTold = Asked.Birth,
            });
        }

        if (Asked.Name is { } name)
        {
            block.Persons.Add(new PersonsLine(++block.Rows, id, null, PersonEvent.NameChanged, Asked.On, name, Asked.Document));
        }

        // Judged as a file with these rows would be.
        PersonRegistry persons = new(new IntakeConnection(area), new KnownPersons(), new KnownRecords());
        await new StatusChanges(persons, new AccountLives(area), area).TakeAsync([new DraftBlock(draft, block)], whole: false, cancellation);
        if (draft.Accepted + draft.Unchanged < draft.Rows)
        {
            Rejection fault = draft.Rejections[0];
            throw new DataFaultException(fault.Code, RejectionCodes.Describe(fault, "zh"), RejectionCodes.Describe(fault, "en"));
        }
    }

    /// <summary>Document and reason as they are kept.</summary>
    /// <exception cref="DataFaultException">DOCUMENT_BLANK, REASON_MISSING, DATE_IN_FUTURE.</exception>
    public static (string Document, string Reason) Checked(string document, string reason, LocalDate on, LocalDate today)
    {
        (document, reason) = (document.Trim(), reason.Trim());
        if (document.Length is 0 or > LongestDocument)
        {
            throw new DataFaultException("DOCUMENT_BLANK", $"请填写所依据的文书号，最多 {LongestDocument} 字。", $"Give the number of the document that it rests on, at most {LongestDocument} characters.");
        }

        if (reason.Length is 0 or > LongestText)
        {
            throw new DataFaultException("REASON_MISSING", $"请写明理由，最多 {LongestText} 字。", $"Give the reason, at most {LongestText} characters.");
        }

        return on > today ? throw new DataFaultException("DATE_IN_FUTURE", "变更日期在今天之后。", "The date of the change is after today.") : (document, reason);
    }

    private void RefuseUnusable(Renaming renaming)
    {
        if (renaming.Birth > today)
        {
            throw new DataFaultException("BIRTH_IN_FUTURE", "出生日期在今天之后。", "The birth date is after today.");
        }

        if (renaming.Name is { } name && (NameKeys.Of(name) == 0 || name.Length > LongestText))
        {
            throw new DataFaultException("NAME_INVALID", "新姓名无法使用，请核对。", "The new name cannot be used; check it.");
        }
    }

    private async Task<OnRecord> OnRecordAsync(int person, CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT citizen, name, birth FROM :area.insured WHERE person_id = $1",
        r => new OnRecord(r.GetInt64(0), r.GetString(1), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(2))), cancellation, person))[0];

    private async Task RefuseInUseAsync(Renaming renaming, CancellationToken cancellation)
    {
        if (renaming.Number is { } number && await area.OneAsync<bool>(
            "SELECT EXISTS (SELECT FROM :area.person_number WHERE number = $1 AND person_id <> $2)", cancellation, number.Digits17, renaming.Person))
        {
            throw new DataFaultException(
                Codes.NumberInUse, "新号码已属于另一位有账户的参保人，不能改用；请先核对号码，确为同一人的请提出合并。",
                "The new number belongs to another insured person with an account, so it cannot be taken over; check the number first, and propose a join where both are one person.");
        }
    }

    private async Task<int?> SameAsync(Renaming renaming, string by, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT identity_id FROM :area.identity_change_state WHERE kind = 'rename' AND state = 'proposed' AND person_id = $1 AND proposed_by = $2 AND on_date = $3 AND document = $4
            AND number IS NOT DISTINCT FROM $5 AND name IS NOT DISTINCT FROM $6 AND birth IS NOT DISTINCT FROM $7
        """,
        r => r.GetInt32(0), cancellation, renaming.Person, by, renaming.On.ToDateOnly(), renaming.Document, Or(renaming.Number?.Digits17), Or(renaming.Name), Or(renaming.Birth?.ToDateOnly()))) is [var same] ? same : null;

    private async Task<int> InsertAsync(Renaming renaming, OnRecord now, string by, CancellationToken cancellation)
    {
        int proposal = await area.OneAsync<int>("SELECT coalesce(max(identity_id), 0) + 1 FROM :area.identity_change", cancellation);
        await area.DoAsync(
            """
            INSERT INTO :area.identity_change (identity_id, kind, person_id, number_was, name_was, number, birth, name, on_date, document, reason, proposed_by)
            VALUES ($1, 'rename', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            cancellation, proposal, renaming.Person, now.Number, now.Name, Or(renaming.Number?.Digits17), Or(renaming.Birth?.ToDateOnly()), Or(renaming.Name),
            renaming.On.ToDateOnly(), renaming.Document, renaming.Reason, by);
        return proposal;
    }

    private static object Or<T>(T? value)
        where T : struct => value is { } given ? given : DBNull.Value;

    private static object Or(string? value) => (object?)value ?? DBNull.Value;
}
