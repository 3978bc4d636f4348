using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>
/// Realistic files of any size and what must come of them: for each month payroll, pensions and changes of people, and a manifest with the rows, the rejects and the
/// money. Everything is drawn from the seed as it is written; memory does not grow with people or months.
/// </summary>
public sealed partial class Generator
{
    private const int CancelEvery = 0x3FFF;

    private readonly GenerateOptions options;
    private readonly CancellationToken cancellation;
    private readonly Population population;
    private readonly Employers employers;
    private readonly FamilySharing family;
    private readonly Faults faults;
    private readonly Payments payments;
    private readonly RowWriter rows;
    private readonly ManifestWriter manifest;

    /// <summary>In one of the months the area holds people who are not on record, or asks for more of the retired: all of them are enrolled.</summary>
    private readonly bool enrols;
    private readonly bool countsYears;
    private readonly bool freezesAmounts;

    private Generator(GenerateOptions options, List<GeneratedMonth> months, RowWriter rows, ManifestWriter manifest, CancellationToken cancellation)
    {
        countsYears = months.Exists(m => m.CountsYears);
        freezesAmounts = months.Exists(m => m.FreezesAmounts);
        enrols = countsYears || freezesAmounts || months.Exists(m => m.HoldsUnknownPeople);
        this.options = options;
        this.rows = rows;
        this.manifest = manifest;
        this.cancellation = cancellation;
        population = new Population(options);
        family = new FamilySharing(population);
        employers = new Employers(options.Seed, options.Area, population.EmployedCount);
        faults = new Faults(options.Seed, options.Faults);
        payments = new Payments(options, months);
    }

    /// <summary>Writes the files into the folder. Done again after being cut off it starts over and ends in the same bytes.</summary>
    /// <exception cref="GenerateRefusedException">The options ask for what cannot be generated; nothing is written.</exception>
    public static GenerateOutcome Write(GenerateOptions options, CancellationToken cancellation)
    {
        List<GeneratedMonth> months = Months(options);
        Directory.CreateDirectory(options.Directory);
        using var rows = new RowWriter();
        using var manifest = new ManifestWriter(options.Directory, options.People);
        var generator = new Generator(options, months, rows, manifest, cancellation);
        foreach (GeneratedMonth month in months)
        {
            generator.WriteChanges(month);
            generator.WritePayroll(month);
            generator.WriteMoney(month);
            generator.WritePensions(month);
            generator.WriteMovements(month, months);
        }

        List<MonthTotals> totals = [.. months.Select(m => m.Totals)];
        manifest.Complete(generator.faults.ByCode, totals);
        return new GenerateOutcome(options.People, manifest.Files, manifest.Rows, generator.faults.Total, generator.faults.ByCode, totals);
    }

    private static List<GeneratedMonth> Months(GenerateOptions options)
    {
        Require(options.People is >= 1 and <= GenerateOptions.MostPeople, $"The number of people must be from 1 to {GenerateOptions.MostPeople}.");
        Require(options.Months is >= 1 and <= GenerateOptions.MostMonths, $"The number of months must be from 1 to {GenerateOptions.MostMonths}.");
        Require(options.Faults is >= 0 and <= 1, "The share of faults must be from 0 to 1.");
        Require(options.ReceiptFaults is >= 0 and <= 1, "The share of faulty receipts must be from 0 to 1.");
        Require(ShippedPolicies.Areas.Contains(options.Area), $"No policy file comes with the product for area {options.Area}; known are {string.Join(", ", ShippedPolicies.Areas)}.");
        AreaPolicy area = ShippedPolicies.Load(options.Area);
        List<GeneratedMonth> months = [.. Enumerable.Range(0, options.Months).Select(number => new GeneratedMonth(area, options, number))];
        if (options.ReceiptFaults > 0)
        {
            Require(months.TrueForAll(m => m.CreditsOnReceipt), $"Credits of {options.Area} do not wait for the money, so there are no receipts to be faulty.");
            Require(!months.Exists(m => m.CountsPaidMonths), $"In {options.Area} months paid decide about later credits; faulty receipts cannot be foretold there.");
            Require(!options.Movements, "Movements pay out what was credited; they cannot be generated beside faulty receipts.");
        }

        return months;
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new GenerateRefusedException(sentence);
        }
    }

    private void WritePayroll(GeneratedMonth month)
    {
        bool each = options.Files == FileLayout.Employer;
        string name = $"payroll-{Stamp(month.Month)}";
        CleanUp(Path.Combine(options.Directory, name), each);
        Begin(name + ".csv", PayrollRows.Header);
        var payroll = new PayrollRows(rows, faults);
        for (Employer? next = employers.First(); next is { } employer; next = employers.After(employer))
        {
            string own = $"{name}/E{employer.Ordinal:000000}.csv";
            if (each)
            {
                Begin(own, PayrollRows.Header);
            }

            WriteEmployer(employer, payroll, month);
            if (each)
            {
                End(own, month.Month, "payroll");
            }
        }

        if (!each)
        {
            End(name + ".csv", month.Month, "payroll");
        }
    }

    private void WriteEmployer(in Employer employer, PayrollRows payroll, GeneratedMonth month)
    {
        payroll.BeginEmployer();
        Span<byte> columns = stackalloc byte[128];
        int length = employers.WriteColumns(employer, columns);
        for (int i = employer.First; i < employer.First + employer.Size; i++)
        {
            Person person = population.Employed(i);
            if (person.IsEmployed(month.Number))
            {
                payroll.Write(columns[..length], person, month);
            }

            StopIfCancelled(i);
        }

        if (month.CreditsOnReceipt)
        {
            payments.Pay(employer.Ordinal, month, payroll.Sum);
        }
        else
        {
            month.Totals.Add(payroll.Sum);
        }
    }

    private void WritePensions(GeneratedMonth month)
    {
        string name = $"pension-{Stamp(month.Month)}.csv";
        Begin(name, PensionRows.Header);
        var pensions = new PensionRows(rows, faults);
        for (int i = 0; i < population.RetiredCount; i++)
        {
            Person person = population.Retired(i);
            if (person.HasPension(month.Number))
            {
                pensions.Write(person, month);
            }

            StopIfCancelled(i);
        }

        for (int i = 0; i < population.EmployedCount && month.Number > 1; i++)
        {
            Person person = population.Employed(i);
            if (person.Change == Change.Retires && month.Number > person.At)
            {
                pensions.Write(person, month);
            }

            StopIfCancelled(i);
        }

        End(name, month.Month, "pension");
    }

    private void WriteMovements(GeneratedMonth month, List<GeneratedMonth> months)
    {
        string name = $"movements-{Stamp(month.Month)}.csv";
        Begin(name, MovementRows.Header);
        var movements = new MovementRows(rows, options, population, family);
        for (int pass = month.Number == 0 ? 0 : 1; pass < 2 && options.Movements; pass++)
        {
            for (int i = 0; i < options.People; i++)
            {
                bool retired = i >= population.EmployedCount;
                Person person = retired ? population.Retired(i - population.EmployedCount) : population.Employed(i);
                if (pass == 0)
                {
                    movements.WriteOpening(person, retired, month);
                }
                else
                {
                    movements.Write(person, retired, month, who => Credited(who, retired, months));
                }

                StopIfCancelled(i);
            }
        }

        End(name, month.Month, "movements");
    }

    /// <summary>What is credited to somebody who goes: up to the month of death, or to the month before leaving.</summary>
    private static long Credited(Person person, bool retired, List<GeneratedMonth> months)
    {
        long credited = 0;
        foreach (GeneratedMonth month in months.Where(m => retired ? person.HasPension(m.Number) : person.IsEmployed(m.Number)))
        {
            if (retired)
            {
                (Money? prior, Money? average, Money pension) = PensionRows.Figures(person, month);
                credited += month.CreditRetired(person, prior, average, pension);
            }
            else
            {
                Money declared = month.BaseOf(person);
                (Money own, Money employers) = month.Due(person, declared);
                credited += month.CreditEmployed(person, declared, own, employers);
            }
        }

        return credited;
    }

    private void Begin(string name, byte[] header)
    {
        faults.BeginFile();
        rows.Begin(Path.Combine(options.Directory, name), header);
    }

    private void End(string name, YearMonth month, string content)
    {
        if (rows.End())
        {
            manifest.Add(name, month, content, rows.Rows, faults.InFile);
        }
        else
        {
            File.Delete(Path.Combine(options.Directory, name));
        }
    }

    /// <summary>Files of an earlier run with more employers or the other layout would otherwise stand beside those of this one.</summary>
    private static void CleanUp(string payroll, bool each)
    {
        if (each)
        {
            File.Delete(payroll + ".csv");
            Directory.CreateDirectory(payroll);
        }

        if (Directory.Exists(payroll))
        {
            foreach (string old in Directory.EnumerateFiles(payroll, "E??????*.csv").ToList())
            {
                File.Delete(old);
            }
        }
    }

    private void StopIfCancelled(int index)
    {
        if ((index & CancelEvery) == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static string Stamp(YearMonth month) => $"{month.Year:0000}{month.Month:00}";
}
