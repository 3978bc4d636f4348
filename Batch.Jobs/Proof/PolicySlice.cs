using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// The scalars of a month's policy slice as SQL, read from the stored canonical JSON; its tiers are read by the functions of
/// 010_verification.sql and 030_gated_rules.sql.
/// </summary>
/// <param name="Hash">Empty: no standing run has computed the month, so nobody has anything in it.</param>
/// <param name="Intact">The stored content is still what the hash names.</param>
internal sealed record PolicySlice(
    string Hash, bool Intact, string AgeOn, string Rounding, string? BaseMinimum, string? BaseMaximum, int RetirementOffset, bool DeathMonthCredited,
    bool OnReceipt, GateSlice Gates, bool TrueUp, int YearStart)
{
    private static readonly JsonWriterOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly PolicySlice None = new("", true, "2000-01-01", "half-up", null, null, 0, true, false, GateSlice.None, false, 1);

    public static async Task<PolicySlice> ReadAsync(NpgsqlConnection connection, string? hash, CancellationToken cancellation)
    {
        if (hash is null)
        {
            return None;
        }

        await using NpgsqlCommand command = new("SELECT content::text FROM batch.policy_slice WHERE hash = $1", connection);
        command.Parameters.AddWithValue(hash);
        if (await command.ExecuteScalarAsync(cancellation) is not string json)
        {
            return None with { Hash = hash, Intact = false };
        }

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement slice = document.RootElement;
        return new PolicySlice(
            hash, HashOf(slice) == hash, Text(slice, "ageOn")!, Text(slice, "rounding")!, Text(slice, "baseMin"), Text(slice, "baseMax"),
            slice.GetProperty("retirementOffset").GetInt32(), slice.GetProperty("deathMonthCredited").GetBoolean(), Text(slice, "creditOn") == "receipt",
            GateSlice.Of(slice), Text(slice, "provisionalPension") == "true-up", slice.GetProperty("insuranceYearFrom").GetInt32());
    }

    /// <summary>An exact amount of at least zero fen, as SQL, made whole fen by the slice's rounding.</summary>
    public string Round(string fen) => Rounding switch
    {
        "half-up" => $"round({fen})",
        "half-even" => $"(round({fen}) - CASE WHEN mod({fen}, 2) = 0.5 THEN 1 ELSE 0 END)",
        "down" => $"trunc({fen})",
        _ => throw new InvalidOperationException($"The policy slice {Hash} names a rounding that is not known: {Rounding}."),
    };

    /// <summary>A declared base in fen, as SQL, between the slice's limits.</summary>
    public string Clamp(string fen)
    {
        string least = BaseMinimum is null ? fen : $"greatest({fen}, {Fen(BaseMinimum)})";
        return BaseMaximum is null ? least : $"least({least}, {Fen(BaseMaximum)})";
    }

    private static string Fen(string yuan) => (decimal.Parse(yuan, CultureInfo.InvariantCulture) * 100m).ToString("0", CultureInfo.InvariantCulture);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    // The database keeps the keys in an order of its own: put back into ordinal order, the bytes are those that were hashed.
    private static string HashOf(JsonElement slice)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Canonical))
        {
            Write(json, slice);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }
}
