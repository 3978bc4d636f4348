using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// What a line's name and birth date are compared with: the key of each person's name on record, and the birth dates of those whose document tells none.
/// Four bytes a person where everybody is held, else the persons of one block.
/// </summary>
public sealed class KnownNames
{
    private const int Smallest = 1024;

    private readonly Dictionary<int, uint> some = [];
    private readonly Dictionary<int, LocalDate> births = [];
    private uint[] all = [];
    private bool everybody;

    /// <summary>Key of the name on record; 0: none is, or the person is not known.</summary>
    public uint Of(int person) => everybody ? person < all.Length ? all[person] : 0 : some.GetValueOrDefault(person);

    /// <summary>Birth date of a person whose document tells none; null for everybody else.</summary>
    public LocalDate? BirthOf(int person) => births.Count > 0 && births.TryGetValue(person, out LocalDate birth) ? birth : null;

    public void Set(int person, uint key)
    {
        if (!everybody)
        {
            some[person] = key;
            return;
        }

        if (person >= all.Length)
        {
            Array.Resize(ref all, Math.Max(Math.Max(Smallest, person + 1), all.Length + (all.Length / 2)));
        }

        all[person] = key;
    }

    public void SetBirth(int person, LocalDate birth) => births[person] = birth;

    /// <summary>Everybody will be held, so many for now.</summary>
    public void HoldEverybody(int count)
    {
        everybody = true;
        some.Clear();
        if (count > all.Length)
        {
            Array.Resize(ref all, count + (count / 16));
        }
    }

    public void Forget()
    {
        everybody = false;
        all = [];
        some.Clear();
        births.Clear();
    }
}
