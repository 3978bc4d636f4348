using System.Runtime.CompilerServices;
using Batch.Host.Access;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>What the page of the audit log found, as a table to take away: in the words of the page, with the codes of the acts behind them.</summary>
internal sealed class AuditReport(AuditList list, AuditFilter filter, IReadOnlyDictionary<string, UserDescription> users, Language language) : Report
{
    public override string Kind => "audit";

    public override string Title => "审计日志";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("编号", "number", ColumnContent.Count), new("时间", "time", ColumnContent.Text), new("操作人", "who", ColumnContent.Text), new("操作", "act", ColumnContent.Text, Width: 30),
        new("统筹区", "area", ColumnContent.Text), new("对象", "subject", ColumnContent.Text, Width: 30), new("理由", "reason", ColumnContent.Text, Width: 40),
        new("来源", "from", ColumnContent.Text), new("操作代码", "code of the act", ColumnContent.Text, Width: 30),
        new("姓名和单位", "name and unit", ColumnContent.Text),
    ];

    public override string Heading(YearMonth month) => Title;

    public override async IAsyncEnumerable<Cell[]> RowsAsync(ReportSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (AuditLine line in list.AllAsync(filter, cancellation))
        {
            yield return
            [
                line.Number, Show.Time(line.At), line.Who, language[ActWords.Of(line.Act)], line.Area ?? "", language[ActSubjects.Of(line.Act, line.Subject)],
                language[AuditWords.ReasonOf(line)], line.Origin ?? "", line.Act,
                users.GetValueOrDefault(line.Who, UserDescription.None).ToString(),
            ];
        }
    }
}
