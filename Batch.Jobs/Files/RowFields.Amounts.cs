using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <content>Amounts.</content>
internal sealed partial class RowFields
{
    /// <summary>An amount that must be there; zero is one.</summary>
    public Money Amount(Column column)
    {
        string? fault = ParseAmount(column, out Money? amount);
        totals.Add(column, fault == Codes.AmountBlank ? Money.Zero : amount);
        if (column is Column.PersonPaid or Column.EmployerPaid)
        {
            Paid += fault == Codes.AmountBlank ? 0 : amount?.Fen;
        }

        if (fault is not null)
        {
            RejectAmount(column, fault);
        }

        return amount ?? Money.Zero;
    }

    /// <summary>An employer's amount, which may well be larger than any one person's; nothing where it is blank and need not be there.</summary>
    public Money EmployersAmount(Column column, bool required)
    {
        if (!required && IsBlank(column))
        {
            return Money.Zero;
        }

        string? fault = ParseAmount(column, out Money? amount);
        bool absurd = fault == Codes.AmountAbsurd && (amount is null || amount > AmountText.LargestOfEmployer);
        totals.Add(column, fault == Codes.AmountBlank ? Money.Zero : absurd ? null : amount);
        if (absurd)
        {
            Reject(column, Codes.AmountAbsurd, AmountText.LargestOfEmployer.ToString());
        }
        else if (fault is not null and not Codes.AmountAbsurd)
        {
            RejectAmount(column, fault);
        }

        return amount ?? Money.Zero;
    }

    /// <summary>An amount that may be negative.</summary>
    public Money SignedAmount(Column column)
    {
        string? fault = ParseAmount(column, out Money? amount);
        totals.Add(column, fault == Codes.AmountBlank ? Money.Zero : amount);
        if (fault is not null and not Codes.AmountNegative)
        {
            RejectAmount(column, fault);
        }

        return amount ?? Money.Zero;
    }

    /// <summary>Money into or out of a bank account, of any size; nothing where it is blank, null where it cannot be read.</summary>
    public Money? BankAmount(Column column)
    {
        if (IsBlank(column))
        {
            return Money.Zero;
        }

        string? fault = ParseAmount(column, out Money? amount);
        bool read = amount is not null && (fault is null or Codes.AmountAbsurd);
        totals.Add(column, fault is null or Codes.AmountAbsurd or Codes.AmountNegative ? amount : null);
        if (!read)
        {
            RejectAmount(column, fault!);
        }

        return read ? amount : null;
    }

    /// <summary>What the account held after the row, which may be negative and of any size; null where it is blank or cannot be read.</summary>
    public Money? BalanceAfter()
    {
        if (IsBlank(Column.Balance))
        {
            return null;
        }

        string? fault = ParseAmount(Column.Balance, out Money? amount);
        bool read = fault is null || (fault is Codes.AmountNegative or Codes.AmountAbsurd && amount is not null);
        if (!read)
        {
            RejectAmount(Column.Balance, fault!);
        }

        return read ? amount : null;
    }

    /// <summary>A pension: none where blank, and never zero (edge 12).</summary>
    public Money? OptionalPension(Column column)
    {
        if (IsBlank(column))
        {
            return null;
        }

        int faults = rejections.Count;
        Money amount = Amount(column);
        if (amount.IsZero && rejections.Count == faults)
        {
            RejectAmount(column, Codes.AmountZero);
        }

        return amount;
    }

    /// <summary>The amount in the column could be told, whatever else is wrong with it.</summary>
    public bool CanBeRead(Column column) => ParseAmount(column, out Money? amount) is null && amount is not null;

    /// <summary>As <see cref="AmountText.Parse"/>; a cell that cannot be believed has no amount.</summary>
    private string? ParseAmount(Column column, out Money? amount)
    {
        if (rows.Fault(header.Position(column)) != CellFault.None)
        {
            amount = null;
            return Codes.AmountUnreadable;
        }

        return AmountText.Parse(rows.Field(header.Position(column)), out amount);
    }

    private void RejectAmount(Column column, string fault) => Reject(column, fault, fault switch
    {
        Codes.AmountAbsurd => AmountText.LargestMonthly.ToString(),
        Codes.AmountPrecision => "0.01",
        Codes.AmountUnreadable or Codes.AmountBlank => "1234.56",
        Codes.AmountZero => "> 0",
        _ => ">= 0",
    });
}
