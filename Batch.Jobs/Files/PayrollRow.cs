using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A payroll row to a line: every field is read, so that every fault is reported.</summary>
internal static class PayrollRow
{
    public const string Kinds = "正常 | 补缴";
    public const string Standings = "在职 | 退休";

    private static readonly Dictionary<string, bool> ArrearsByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["正常"] = false,
        ["正常缴费"] = false,
        ["正常应缴"] = false,
        ["normal"] = false,
        ["regular"] = false,
        ["补缴"] = true,
        ["补收"] = true,
        ["补缴费"] = true,
        ["arrears"] = true,
    };

    private static readonly Dictionary<string, Standing> StandingByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["在职"] = Standing.Active,
        ["在职人员"] = Standing.Active,
        ["active"] = Standing.Active,
        ["employed"] = Standing.Active,
        ["退休"] = Standing.Retired,
        ["退休人员"] = Standing.Retired,
        ["retired"] = Standing.Retired,
    };

    public static PayrollLine Read(RowFields row, CitizenId id)
    {
        bool arrears = false;
        if (!row.IsBlank(Column.ContributionKind))
        {
            row.TryChoice(Column.ContributionKind, ArrearsByWord, Codes.ContributionKindUnknown, Kinds, out arrears);
        }

        Standing? standing = null;
        if (!row.IsBlank(Column.Standing) && row.TryChoice(Column.Standing, StandingByWord, Codes.StandingUnknown, Standings, out Standing said))
        {
            standing = said;
        }

        return new PayrollLine(row.Row, id, row.Text(Column.Name), row.Employer(), row.Text(Column.EmployerName), row.Month(), row.Amount(Column.Base),
            row.Amount(Column.PersonPaid), row.Amount(Column.EmployerPaid), row.OptionalDate(Column.ReceivedOn), arrears, standing)
        {
            BirthTold = row.BirthTold(id, required: true),
        };
    }
}
