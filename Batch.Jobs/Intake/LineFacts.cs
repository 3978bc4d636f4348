using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>The facts that lines become.</summary>
internal static class LineFacts
{
    public static MovementFact ToFact(this in MovementLine line, int person)
    {
        DateOnly on = line.On.ToDateOnly();
        bool spending = line.Kind == MovementKind.Spending;
        long member = line.Member is { } other && other != line.Id ? other.Digits17 : 0;
        MovementIdentity identity = new(
            person, line.Kind, spending ? on : null, line.Channel, member, spending || line.Kind == MovementKind.Opening ? "" : line.Document!);
        return new MovementFact(identity, on, line.Row, FactState.Accepted, line.Change.Fen, line.Ground, line.Document, line.Counterpart);
    }
}
