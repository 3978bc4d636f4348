using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using NodaTime.Text;

namespace Batch.Host;

/// <summary>
/// How values look in every document that the program writes: camelCase names, amounts as strings in yuan with two places, months
/// <c>YYYY-MM</c>, dates ISO, Chinese readable.
/// </summary>
internal static class JsonConventions
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        Converters =
        {
            new TextConverter<Money>(m => m.ToString(), text => Money.FromYuan(decimal.Parse(text, CultureInfo.InvariantCulture))),
            new TextConverter<YearMonth>(Months.Text, VerbOptions.ParseMonth),
            new TextConverter<LocalDate>(Months.Text, text => LocalDatePattern.Iso.Parse(text).GetValueOrThrow()),
            new TextConverter<Instant>(InstantPattern.ExtendedIso.Format, text => InstantPattern.ExtendedIso.Parse(text).GetValueOrThrow()),
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
        },
    };

    /// <summary>For a serialiser whose options are somebody else's: the same converters.</summary>
    public static void CopyTo(JsonSerializerOptions options)
    {
        options.Encoder = Options.Encoder;
        options.NumberHandling = Options.NumberHandling;
        foreach (JsonConverter converter in Options.Converters)
        {
            options.Converters.Add(converter);
        }
    }

    private sealed class TextConverter<T>(Func<T, string> write, Func<string, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
    }
}
