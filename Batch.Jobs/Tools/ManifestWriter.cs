using System.Text.Json;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>Writes <c>manifest.json</c> while the files are written; it appears under its name when all of them are there.</summary>
internal sealed class ManifestWriter : IDisposable
{
    public const string Name = "manifest.json";

    private readonly string path;
    private readonly FileStream file;
    private readonly Utf8JsonWriter json;

    public ManifestWriter(string directory, int people)
    {
        path = Path.Combine(directory, Name);
        File.Delete(path);
        file = new FileStream(path + ".part", FileMode.Create);
        json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("people", people);
        json.WriteStartArray("files");
    }

    public int Files { get; private set; }

    public long Rows { get; private set; }

    public void Add(string name, YearMonth month, string content, long rows, long rejected)
    {
        json.WriteStartObject();
        json.WriteString("file", name);
        json.WriteString("month", month.Text());
        json.WriteString("content", content);
        json.WriteNumber("rows", rows);
        json.WriteNumber("rejected", rejected);
        json.WriteEndObject();
        Files++;
        Rows += rows;
        if (json.BytesPending > 64 * 1024)
        {
            json.Flush();
        }
    }

    public void Complete(IReadOnlyDictionary<string, long> rejectedByCode, IReadOnlyList<MonthTotals> months)
    {
        json.WriteEndArray();
        json.WriteStartObject("rejectedByCode");
        foreach ((string code, long count) in rejectedByCode)
        {
            json.WriteNumber(code, count);
        }

        json.WriteEndObject();
        json.WriteStartArray("months");
        foreach (MonthTotals month in months)
        {
            json.WriteStartObject();
            json.WriteString("month", month.Month.Text());
            json.WriteString("personPaid", new Money(month.PersonPaid).ToString());
            json.WriteString("employerPaid", new Money(month.EmployerPaid).ToString());
            json.WriteString("credited", new Money(month.Credited).ToString());
            if (month.Received + month.Unnamed > 0)
            {
                json.WriteString("received", new Money(month.Received).ToString());
                json.WriteString("lateFees", new Money(month.LateFees).ToString());
                json.WriteString("suspense", new Money(month.Suspense).ToString());
                json.WriteString("unnamed", new Money(month.Unnamed).ToString());
            }

            if (month.Opening + month.Spent + month.TransferredIn > 0)
            {
                WriteMovements(month);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Dispose();
        file.WriteByte((byte)'\n');
        file.Dispose();
        File.Move(path + ".part", path, overwrite: true);
    }

    private void WriteMovements(MonthTotals month)
    {
        json.WriteStartObject("movements");
        json.WriteString("opening", new Money(month.Opening).ToString());
        json.WriteString("spending", new Money(month.Spent).ToString());
        json.WriteString("payOut", new Money(month.PaidOut).ToString());
        json.WriteString("transferIn", new Money(month.TransferredIn).ToString());
        json.WriteString("transferOut", new Money(month.TransferredOut).ToString());
        json.WriteString("correction", new Money(month.Corrected).ToString());
        json.WriteString("spendingOfMembers", new Money(month.SpentByMembers).ToString());
        json.WriteNumber("held", month.Held);
        json.WriteEndObject();
    }

    public void Dispose()
    {
        json.Dispose();
        file.Dispose();
    }
}
