using System.Globalization;

namespace Batch.Rules;

/// <summary>Puts a month's figures into the rules of a version.</summary>
internal sealed class MonthRulesBuilder(MonthFigures figures)
{
    public CategoryRules Build(string name, CategoryText text) =>
        new(name, text.Active is { } active ? Build(active) : null, text.Retired is { } retired ? Build(retired) : null);

    private ActiveRules Build(ActiveText text) => new(
        text.HasAccount, text.Pays.Person, text.Pays.Employer, text.Own == OwnCredit.Whole, text.OwnClause.ToString(),
        text.Share is { } share ? Build(share) : null,
        text.Flat is { } flat ? Build(flat) : null,
        [.. text.Deductions.Select(Build)]);

    private RetiredRules Build(RetiredText text)
    {
        FigureInForce? floorFigure = text.Floor is null ? null : figures[MonthFigures.NameOf(text.FloorOf)];
        return new RetiredRules(text.Credit, text.Tiers is { } tiers ? Build(tiers, text.Credit == RetireeCredit.AgeAmount) : null, text.Clause.ToString())
        {
            Pension = [.. text.Pension],
            FloorFen = text.Floor is { } rate && floorFigure is not null ? rate * floorFigure.Value * 100m : null,
            FloorMissing = text.Floor is not null && floorFigure is null ? MonthFigures.NameOf(text.FloorOf) : null,
            FloorIfMissing = text.FloorIfMissing,
            FloorNote = text.Floor is { } share && floorFigure is not null ? NoteOf(share, floorFigure, "", $", {text.FloorClause}") : Note.None,
            ReductionRate = text.ReductionRate ?? 0m,
            ReductionFen = (text.ReductionAmount ?? 0m) * 100m,
            ProRata = text.ProRata is { } proRata ? new ProRata(proRata.OfMonths, proRata.Months == CountedMonths.Actual, proRata.Clause.ToString()) : null,
            Otherwise = text.Otherwise is { } otherwise ? Build(otherwise) : null,
            Deductions = [.. text.Deductions.Select(Build)],
        };
    }

    private TierTable Build(TiersText text, bool perYearOfAge = false) => new([.. text.Tiers.OrderBy(t => t.From).Select(t => Build(text, t, perYearOfAge))]);

    private Tier Build(TiersText text, TierText tier, bool perYearOfAge)
    {
        decimal? minimum = tier.Minimum * 100m, maximum = tier.Maximum * 100m;
        string clause = text.Clause.ToString();
        if (!tier.IsRate)
        {
            TierKind kind = perYearOfAge ? TierKind.YearOfAge : TierKind.Amount;
            return new Tier(tier.From, tier.To, kind, tier.Value * 100m, null, minimum, maximum, null, null, clause, null);
        }

        if (text.Of == RateBase.Base)
        {
            return new Tier(tier.From, tier.To, TierKind.Rate, tier.Value, null, minimum, maximum, tier.Value, null, clause, null);
        }

        string name = MonthFigures.NameOf(text.Of);
        string year = text.Year is { } y ? $" {y}" : "";
        if (figures[name] is not { } figure)
        {
            return new Tier(tier.From, tier.To, TierKind.Amount, 0m, name, minimum, maximum, tier.Value, null, clause, null);
        }

        decimal of = figure.Value * text.OfShare;
        Note note = NoteOf(text.OfShare, figure, year, "");
        return new Tier(tier.From, tier.To, TierKind.Amount, tier.Value * of * 100m, null, minimum, maximum, tier.Value, of, clause, note);
    }

    private static Note NoteOf(decimal share, FigureInForce figure, string year, string after)
    {
        string times = share == 1m ? "" : $"{new Rate(share)} x ";
        string value = string.Create(CultureInfo.InvariantCulture, $"{year} {figure.Value} ({figure.Source}){after}");
        return new Note($"{times}{figure.ChineseName}{value}", $"{times}{figure.Name}{value}");
    }

    private static Deduction Build(DeductionText text) => new(text.Name, text.Rate, text.Amount * 100m, text.Clause.ToString());
}
