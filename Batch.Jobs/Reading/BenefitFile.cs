using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>待遇状态变更: one line a person and spell that changed. It goes to the settlement system, which knows people by their whole numbers.</summary>
public sealed class BenefitFile : Report
{
    public override string Kind => "benefits";

    public override string Title => "待遇状态变更";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.Text), new("状态", "status", ColumnContent.Text), new("自", "from", ColumnContent.Month),
        new("至", "to", ColumnContent.Month), new("等待期至", "waiting until", ColumnContent.Month),
    ];

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(source.Sql(
            """
            SELECT p.citizen, c.status, c.from_month, (lead(c.from_month) OVER (PARTITION BY p.citizen ORDER BY c.from_month) - interval '1 month')::date, c.waiting_until
            FROM :area.benefit_change c JOIN :area.insured p USING (person_id) WHERE c.month = :month ORDER BY p.citizen, c.from_month
            """), source.Connection)
        { CommandTimeout = 0 };
        Cell[] row = new Cell[Columns.Count];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            (string chinese, string english) = BenefitInquiry.NameOf((BenefitStatus)reader.GetInt16(1));
            row[0] = CitizenId.FromDigits17(reader.GetInt64(0)).Full();
            row[1] = $"{chinese} {english}";
            for (int i = 2; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? Cell.Empty : reader.GetFieldValue<DateOnly>(i).Month().Text();
            }

            yield return row;
        }
    }
}
