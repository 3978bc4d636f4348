using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <content>Numbers and birth dates of persons.</content>
internal sealed partial class RowFields
{
    /// <summary>The citizen number alone, without judging it: to tell a person's row from other rows.</summary>
    public CitizenIdFault ReadId(out CitizenId id)
    {
        ReadOnlySpan<byte> field = rows.Field(header.Position(Column.Id));
        if (field.Length == 18)
        {
            CitizenIdFault fault = CitizenId.TryParse(field, today, out id);
            if (fault == CitizenIdFault.None && field[17] != 'x')
            {
                return fault;
            }
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        Span<char> kept = stackalloc char[FieldText.MaxChars];
        int length = 0;
        foreach (char c in FieldText.Normalise(field, buffer))
        {
            if (!char.IsWhiteSpace(c))
            {
                kept[length++] = c == 'x' ? 'X' : c;
            }
        }

        return CitizenId.TryParse(kept[..length], today, out id);
    }

    public void RejectId(CitizenIdFault fault) => RejectId(Column.Id, fault);

    private void RejectId(Column column, CitizenIdFault fault) => Reject(column, fault switch
    {
        CitizenIdFault.Blank => Codes.IdBlank,
        CitizenIdFault.Length => Codes.IdLength,
        CitizenIdFault.Characters => Codes.IdCharacters,
        CitizenIdFault.RuinedBySpreadsheet => Codes.IdRuinedBySpreadsheet,
        CitizenIdFault.BirthDate => Codes.IdBirthDate,
        CitizenIdFault.BirthDateInFuture => Codes.IdBirthDateInFuture,
        CitizenIdFault.CheckDigit => Codes.IdCheckDigit,
        CitizenIdFault.FifteenDigits => Codes.IdFifteenDigits,
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    }, fault == CitizenIdFault.Characters ? "0-9, X" : "18");

    /// <summary>The birth date by its column, where the number of the document holds none; null where it does.</summary>
    /// <param name="required">The row may be the first of its person: without the date it is rejected.</param>
    public LocalDate? BirthTold(CitizenId id, bool required)
    {
        if (id.TellsBirth)
        {
            return null;
        }

        if (!IsBlank(Column.Birth))
        {
            return Date(Column.Birth);
        }

        if (required)
        {
            rejections.Add(new Rejection(Codes.BirthDateMissing, rows.Row, header.Text(Column.Birth), id.ToString(), "1985-07-01"));
        }

        return null;
    }

    /// <summary>Another person's citizen number: a family member's, an heir's.</summary>
    public CitizenId OtherId(Column column)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        string text = string.Concat(FieldText.Normalise(rows.Field(header.Position(column)), buffer).ToString().Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
        CitizenIdFault fault = CitizenId.TryParse(text, today, out CitizenId id);
        if (fault != CitizenIdFault.None)
        {
            RejectId(column, fault);
        }

        return id;
    }
}
