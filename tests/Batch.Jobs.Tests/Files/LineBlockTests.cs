using System.Collections;
using System.Reflection;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>A block of lines treats lines of every kind alike, whichever kinds there are.</summary>
public sealed class LineBlockTests
{
    // Every list of the block whose elements have a row: the lines, whatever kinds are added to them.
    private static PropertyInfo[] Kinds => [.. typeof(LineBlock).GetProperties().Where(p =>
        p.PropertyType.IsGenericType && p.PropertyType.GetGenericArguments()[0].Name.EndsWith("Line", StringComparison.Ordinal))];

    [Test]
    public void Lines_of_every_kind_are_taken_away_added_and_cleared()
    {
        Assert.That(Kinds, Has.Length.EqualTo(Enum.GetValues<FileContent>().Length));
        foreach (PropertyInfo kind in Kinds)
        {
            LineBlock block = new(), next = new();
            AddTo(block, kind, 2, 3);
            AddTo(next, kind, 4);
            block.Append(next);
            block.RemoveLines([3, 4]);
            Assert.That(RowsOf(block, kind), Is.EqualTo(new[] { 2 }), kind.Name);
            block.Clear();
            Assert.That(RowsOf(block, kind), Is.Empty, kind.Name);
        }
    }

    private static void AddTo(LineBlock block, PropertyInfo kind, params int[] rows)
    {
        IList lines = (IList)kind.GetValue(block)!;
        Type type = kind.PropertyType.GetGenericArguments()[0];
        foreach (int row in rows)
        {
            object line = Activator.CreateInstance(type)!;
            type.GetProperty("Row")!.SetValue(line, row);
            lines.Add(line);
        }
    }

    private static int[] RowsOf(LineBlock block, PropertyInfo kind) =>
        [.. ((IList)kind.GetValue(block)!).Cast<object>().Select(l => (int)l.GetType().GetProperty("Row")!.GetValue(l)!)];
}
