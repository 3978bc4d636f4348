using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// V9: the chain of hashes over what was posted and closed. Content: SHA-256 of a run's entries as text, one line an entry in the order of
/// the key; of a closing its row and its year's statements, of a reopening its row. Hash: SHA-256 of <c>previous hash|seq|act|run|month|by|approved by|content</c>.
/// </summary>
internal sealed class SealChain(AreaSession area, VerificationScope scope, Findings findings)
{
    private sealed record Link(long Seq, string Act, int? Run, DateOnly Month, string By, string? ApprovedBy, int? People, string? Content, string? Hash);

    /// <summary>Holds the seals that are there against the ledger; with <c>--all</c> also their contents against the entries.</summary>
    /// <returns>The seals that are missing, in order; to be made when nothing is broken.</returns>
    public async Task<List<(long Seq, string Content, string Hash)>> CheckAsync(CancellationToken cancellation)
    {
        List<(long, string, string)> missing = [];
        string previous = "";
        long expected = 0;
        foreach (Link link in await LinksAsync(cancellation))
        {
            findings.Checked(Invariants.Chain, 1);
            string name = $"link {link.Seq.ToString(CultureInfo.InvariantCulture)} ({link.Act} {link.Month.Text()}{(link.Run is { } run ? $", run {run}" : "")})";
            if (link.Seq != ++expected)
            {
                findings.Broken(Invariants.Chain, $"{name}: the ledger has no act {expected}");
                expected = link.Seq;
            }

            if (link.Hash is not null)
            {
                missing.ForEach(m => findings.Broken(Invariants.Chain, $"link {m.Item1}: not sealed, though later ones are"));
                missing.Clear();
            }

            string? content = link.Hash is null || scope.All ? await ContentAsync(link, name, cancellation) : link.Content;
            string hash = HashOf(previous, link, content!);
            if (link.Hash is null)
            {
                missing.Add((link.Seq, content!, hash));
            }
            else if (content != link.Content)
            {
                findings.Broken(Invariants.Chain, $"{name}: {(link.Run is not null ? "the entries" : link.Act == "reopen" ? "the reopening" : "the closing or its year's statements")}: the content is not what was sealed");
            }
            else if (hash != link.Hash)
            {
                findings.Broken(Invariants.Chain, $"{name}: the hash does not follow from the link before");
            }

            previous = link.Hash ?? hash;
        }

        return missing;
    }

    public static async Task WriteAsync(NpgsqlDataSource program, AreaSchema area, IReadOnlyList<(long Seq, string Content, string Hash)> seals, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(area.Sql(
            "INSERT INTO :area.seal SELECT * FROM unnest($1, $2, $3) ON CONFLICT DO NOTHING"));
        command.Parameters.AddWithValue(seals.Select(s => s.Seq).ToArray());
        command.Parameters.AddWithValue(seals.Select(s => s.Content).ToArray());
        command.Parameters.AddWithValue(seals.Select(s => s.Hash).ToArray());
        KillSwitch.Pass(KillPoint.ChainBeforeSeals);
        await command.ExecuteNonQueryAsync(cancellation);
        KillSwitch.Pass(KillPoint.ChainAfterSeals);
    }

    private async Task<List<Link>> LinksAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT coalesce(l.seq, s.seq), coalesce(l.act, ''), l.run_id, coalesce(l.month, DATE '2000-01-01'), coalesce(l.by, ''), r.approved_by, r.people, s.content, s.hash
            FROM :area.ledger l FULL JOIN :area.seal s USING (seq) LEFT JOIN :area.run r USING (run_id) ORDER BY 1
            """);
        string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        return await command.ListAsync(
            r => new Link(
                r.GetInt64(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetInt32(2), r.GetFieldValue<DateOnly>(3), r.GetString(4), Text(r, 5), r.IsDBNull(6) ? null : r.GetInt32(6),
                Text(r, 7), Text(r, 8)), cancellation);
    }

    private async Task<string> ContentAsync(Link link, string name, CancellationToken cancellation)
    {
        if (link.Run is not { } run)
        {
            return await (link.Act == "reopen" ? ReopeningAsync(link.Seq, cancellation) : ClosingAsync(link.Seq, cancellation));
        }

        (string content, int people) = await EntriesAsync(run, link.Month, cancellation);
        if (people != link.People)
        {
            findings.Broken(Invariants.Chain, $"{name}: {people} people have entries, {link.People} are recorded");
        }

        return content;
    }

    // Streamed in the order of the key, so that memory does not grow with the run. psql's COPY of the same query gives the same bytes.
    private async Task<(string Content, int People)> EntriesAsync(int run, DateOnly month, CancellationToken cancellation)
    {
        using TextReader entries = await area.Connection.BeginTextExportAsync(area.Sql(
            $"""
            COPY (SELECT account_id, contribution_month, component, account_fen, pool_fen, other_fen, person_paid_fen, employer_paid_fen, paid_out_fen
                  FROM :area.entry WHERE posting_month = {month.Literal()} AND run_id = {run.ToString(CultureInfo.InvariantCulture)}
                  ORDER BY account_id, contribution_month, component) TO STDOUT
            """), cancellation);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        char[] text = new char[64 * 1024];
        byte[] bytes = new byte[text.Length];
        AccountCount people = new();
        for (int read; (read = await entries.ReadBlockAsync(text, cancellation)) > 0;)
        {
            people.Read(text.AsSpan(0, read));
            hash.AppendData(bytes, 0, Encoding.ASCII.GetBytes(text, 0, read, bytes, 0));
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), people.Count);
    }

    /// <summary>Counts the different accounts of lines in their order: each line begins with its account.</summary>
    private sealed class AccountCount
    {
        private long _account;
        private long _last = -1;
        private bool _inAccount = true;

        public int Count { get; private set; }

        public void Read(ReadOnlySpan<char> text)
        {
            foreach (char c in text)
            {
                if (_inAccount && c != '\t')
                {
                    _account = (_account * 10) + (c - '0');
                }
                else if (_inAccount)
                {
                    Count += _account == _last ? 0 : 1;
                    (_last, _account, _inAccount) = (_account, 0, false);
                }
                else
                {
                    _inAccount = c == '\n';
                }
            }
        }
    }

    private async Task<string> ClosingAsync(long seq, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT concat_ws('|', c.month, c.accounts, c.opening_fen, c.movements_fen, c.closing_fen, c.pool_fen, c.other_fen, c.seal, y.year, y.through, y.accounts, y.digest, y.made_by)
            FROM :area.closing c LEFT JOIN :area.closing_statements y ON y.closing_seq = c.seq WHERE c.seq = $1
            """);
        command.Parameters.AddWithValue(seq);
        return Sha256((string?)await command.ExecuteScalarAsync(cancellation) ?? "no closing");
    }

    private async Task<string> ReopeningAsync(long seq, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT concat_ws('|', month, closing_seq, proposed_by, extract(epoch FROM proposed_at), reason) FROM :area.reopening WHERE seq = $1");
        command.Parameters.AddWithValue(seq);
        return Sha256((string?)await command.ExecuteScalarAsync(cancellation) ?? "no reopening");
    }

    private static string HashOf(string previous, Link link, string content) => Sha256(string.Join(
        '|', previous, link.Seq.ToString(CultureInfo.InvariantCulture), link.Act, link.Run?.ToString(CultureInfo.InvariantCulture), link.Month.Text(), link.By, link.ApprovedBy, content));

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
