using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>A workbook to fill in for each content of a file: our names as its header, lists to choose from, and a second sheet that explains the columns by an example.</summary>
public static class FileTemplate
{
    private const int Narrow = 16;
    private const int Wide = 40;

    private static readonly ReportColumn[] Explained =
    [
        new("填什么", "", ColumnContent.Text, Width: Wide), new("是否必填", "", ColumnContent.Text, Width: Narrow), new("示例", "", ColumnContent.Text, Width: Wide),
        new("可填的词", "", ColumnContent.Text, Width: Wide),
    ];

    /// <param name="name">What the content is called: the name of the first sheet, at most 31 characters.</param>
    /// <param name="output">Stays open.</param>
    public static void Write(FileContent content, string name, Stream output)
    {
        IReadOnlyList<ContentColumn> columns = ContentColumns.Of(content);
        using XlsxReport workbook = new(output);
        workbook.Begin(name, name, [.. columns.Select(c => new ReportColumn(c.Name, "", c.IsAmount ? ColumnContent.Yuan : ColumnContent.Text) { IsTyped = true, Choices = c.Choices })]);
        workbook.Begin("填写说明", "填写说明", Explained);
        foreach (ContentColumn column in columns)
        {
            workbook.Row(Explained, [column.Name, column.IsRequired ? "必填" : "可选", column.Example, column.Words]);
        }

        workbook.Complete();
    }
}
