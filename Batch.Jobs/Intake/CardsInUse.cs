using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>Whose the cards are that a file gives out: a card belongs to one person.</summary>
internal sealed class CardsInUse(AreaSession area)
{
    private readonly Dictionary<string, long> _holders = new(StringComparer.Ordinal);

    public async Task LoadAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        _holders.Clear();
        string[] cards = [.. blocks.SelectMany(b => b.Block.Persons).Where(l => l.Event == PersonEvent.Card && l.Value is not null).Select(l => l.Value!).Distinct()];
        if (cards.Length == 0)
        {
            return;
        }

        foreach ((string card, long citizen) in await area.ReadAsync(
            $"""
            SELECT DISTINCT ON (e.value) e.value, p.citizen FROM :area.person_event e JOIN :area.person p USING (person_id)
            WHERE e.event = {PersonEvent.Card:D} AND e.value = ANY($1) ORDER BY e.value, e.submission_id DESC
            """,
            // One argument, which is an array.
            r => (r.GetString(0), r.GetInt64(1)), cancellation, (object)cards))
        {
            _holders.Add(card, citizen);
        }
    }

    /// <summary>Rejects the lines that give somebody a card which is another person's.</summary>
    public void Refuse(FileDraft draft, LineBlock block) => block.Persons.RemoveAll(line =>
    {
        if (line.Event != PersonEvent.Card || line.Value is null || _holders.TryAdd(line.Value, line.Id.Digits17) || _holders[line.Value] == line.Id.Digits17)
        {
            return false;
        }

        block.Rejections.Add(draft.InItsWords(new Rejection(Codes.CardInUse, line.Row, "变更内容", "********", "")));
        return true;
    });
}
