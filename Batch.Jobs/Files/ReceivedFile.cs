namespace Batch.Jobs.Files;

/// <summary>A column of a received file in the sender's words.</summary>
public sealed record ReceivedColumn(string Name, bool IsAmount);

/// <summary>A row as it was received, people masked.</summary>
/// <param name="Row">Its number, as a spreadsheet counts.</param>
/// <param name="IsLine">One of those that the file is for; a total, a remark or a header again is none.</param>
public sealed record ReceivedRow(int Row, bool IsLine, IReadOnlyList<string> Cells);

/// <summary>Some rows of a file in their order: the columns that the program reads, and no others.</summary>
/// <param name="Next">Number of the first row behind these; null: there is none.</param>
public sealed record ReceivedPage(IReadOnlyList<ReceivedColumn> Columns, IReadOnlyList<ReceivedRow> Rows, int? Next);

/// <summary>Shows a file as its sender wrote it.</summary>
public static class ReceivedFile
{
    /// <param name="from">Number of the first row that is shown.</param>
    /// <param name="most">So many rows at most; blank ones are left out.</param>
    /// <param name="limits">Those that the file was read with.</param>
    /// <exception cref="FileRefusedException">The file has no header that is known.</exception>
    public static ReceivedPage Read(string path, int from, int most, IntakeLimits limits)
    {
        using FileStream file = RowSources.OpenFile(path, limits);
        using RowSource rows = RowSources.Open(file, hasDefaultMonth: true, limits, out Header header);
        Column[] shown = [.. Enum.GetValues<Column>().Where(header.Has).OrderBy(header.Position)];
        List<ReceivedRow> page = [];
        int? next = null;
        while (next is null && rows.Read())
        {
            if (rows.Row < from || rows.IsBlank())
            {
                continue;
            }

            if (page.Count == most)
            {
                next = rows.Row;
            }
            else
            {
                page.Add(new ReceivedRow(rows.Row, RowKinds.IsLine(rows, header), [.. shown.Select(c => FieldText.Shown(rows.Field(header.Position(c)), ColumnNames.IsPersonal(c)))]));
            }
        }

        return new ReceivedPage([.. shown.Select(c => new ReceivedColumn(header.Text(c), ColumnNames.IsAmount(c)))], page, next);
    }
}
