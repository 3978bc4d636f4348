using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>A column that a file of some content has, as people who make such files are shown it.</summary>
/// <param name="Name">Our name; empty for none.</param>
/// <param name="Others">The other names that are understood.</param>
/// <param name="Words">What may stand in it, where it takes only certain words.</param>
/// <param name="Example">Its cell in the example row; empty: the example leaves it blank.</param>
public sealed record ContentColumn(string Name, IReadOnlyList<string> Others, bool IsRequired, bool IsMonth, string Words, string Example)
{
    public bool IsAmount { get; init; }

    public IReadOnlyList<string> Choices => Words.Split(" | ", StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>For each content the columns of its files, the required ones first, with one example row.</summary>
public static class ContentColumns
{
    public static IReadOnlyList<ContentColumn> Of(FileContent content)
    {
        Column[] required = [.. Header.RequiredColumns(content, month: true)];
        return [.. required.Concat(Optional(content)).Select(column => new ContentColumn(
            ColumnNames.Ours(column), [.. ColumnNames.All(column).Skip(1)], required.Contains(column), column == Column.Month, WordsOf(content, column), ExampleOf(content, column))
        {
            IsAmount = ColumnNames.IsAmount(column),
        })];
    }

    private static Column[] Optional(FileContent content) => content switch
    {
        FileContent.Payroll => [Column.Name, Column.EmployerName, Column.ReceivedOn, Column.ContributionKind, Column.Standing, Column.Birth],
        FileContent.Pension => [Column.Name, Column.PensionPriorYear, Column.PensionThisYear, Column.PensionMonth, Column.RetiredOn, Column.Birth],
        FileContent.Receipts => [Column.EmployerName, Column.LateFee, Column.LateInterest],
        FileContent.Bank => [Column.PayerAccount, Column.Debit, Column.Balance, Column.Document, Column.Note],
        FileContent.Persons => [Column.Name, Column.EventValue, Column.Document, Column.Member, Column.Ground, Column.Birth],
        _ => [Column.Name, Column.Document, Column.Channel, Column.Ground, Column.Member, Column.Heir, Column.HeirName, Column.OtherArea, Column.EarlierMonths, Column.Birth],
    };

    private static string WordsOf(FileContent content, Column column) => column switch
    {
        Column.Ground when content == FileContent.Persons => PersonsRow.Grounds,
        Column.ContributionKind => PayrollRow.Kinds,
        Column.Standing => PayrollRow.Standings,
        Column.Event => PersonsRow.Events,
        Column.MovementKind => MovementRow.Kinds,
        Column.Channel => MovementRow.Channels,
        Column.Ground => MovementRow.Grounds,
        _ => "",
    };

    // Invented people and employers. The payroll is what 420100 asks for: 2 % and 8 % of 8,000. One of the three pensions is enough; spending needs its channel, and no ground.
    private static string ExampleOf(FileContent content, Column column) => (content, column) switch
    {
        (FileContent.Pension, Column.Id) => "420100195504014016",
        (FileContent.Pension, Column.Name) => "乙一",
        (_, Column.Id) => "420100198507010110",
        (_, Column.Name) => "甲一",
        (_, Column.EmployerCode) => "91420100MA4KDE7M6J",
        (_, Column.EmployerName) => "江城精密机械有限公司",
        (_, Column.Month) => "2021-06",
        (_, Column.Base) => "8000.00",
        (_, Column.PersonPaid) => "160.00",
        (_, Column.EmployerPaid) => "640.00",
        (_, Column.ContributionKind) => "正常",
        (_, Column.Standing) => "在职",
        (_, Column.PensionPriorYear) => "6482.50",
        (_, Column.RetiredOn) => "2015-04-30",
        (_, Column.ReceiptAmount) => "800.00",
        (_, Column.ReceivedOn) => "2021-06-10",
        (FileContent.Receipts, Column.Document) => "SK2021060001",
        (_, Column.LateFee or Column.LateInterest) => "0.00",
        (_, Column.Event) => "新参保",
        (_, Column.EventOn or Column.MovementOn) => "2021-06-01",
        (_, Column.MovementKind) => "消费",
        (_, Column.MovementAmount) => "56.80",
        (_, Column.TradedOn) => "2021-06-10",
        (_, Column.Serial) => "20210610000017",
        (_, Column.Payer) => "江城精密机械有限公司",
        (_, Column.PayerAccount) => "42001234567890123",
        (_, Column.Credit) => "800.00",
        (_, Column.Balance) => "1250800.00",
        (FileContent.Bank, Column.Document) => "SK2021060001",
        (_, Column.Note) => "医保费",
        (FileContent.Movements, Column.Document) => "YD2021060001",
        (_, Column.Channel) => "药店",
        _ => "",
    };
}
