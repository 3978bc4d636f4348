using Batch.Jobs.Store;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Store;

/// <summary>A file that is written by several at once, or that a killed program left unfinished.</summary>
public sealed class UnfinishedFileTests
{
    private DirectoryInfo folder = null!;

    private string Wanted => Path.Combine(folder.FullName, "june.journal");

    [SetUp]
    public void Make() => folder = Directory.CreateTempSubdirectory("batch-unfinished-");

    [TearDown]
    public void Clean() => folder.Delete(recursive: true);

    [Test]
    public void Two_who_write_the_same_file_both_finish_and_the_last_one_stands()
    {
        using UnfinishedFile first = new(Wanted), second = new(Wanted);
        Write(first, "first");
        Write(second, "second");
        second.Finish();
        first.Finish();
        Assert.That(File.ReadAllText(Wanted), Is.EqualTo("first"));
    }

    [Test]
    public void A_file_that_was_not_finished_leaves_the_former_one_and_nothing_beside_it()
    {
        File.WriteAllText(Wanted, "former");
        using (UnfinishedFile given = new(Wanted))
        {
            Write(given, "half");
        }

        Assert.That(folder.EnumerateFiles().Select(f => f.Name), Is.EqualTo(new[] { "june.journal" }));
        Assert.That(File.ReadAllText(Wanted), Is.EqualTo("former"));
    }

    [Test]
    public void What_a_killed_program_left_is_swept_and_what_is_being_written_stays()
    {
        File.WriteAllText(Wanted + ".part-0123", "of one that was killed");
        using UnfinishedFile living = new(Wanted);
        using UnfinishedFile next = new(Wanted);
        Assert.That(folder.EnumerateFiles().Select(f => f.FullName), Is.EquivalentTo(new[] { living.Part, next.Part }));
    }

    private static void Write(UnfinishedFile file, string text)
    {
        using StreamWriter writer = new(file.Open());
        writer.Write(text);
    }
}
