using System.Security.Cryptography;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Intake;

/// <summary>What comes out of the archive is what went in, however the bytes compress.</summary>
public sealed class ArchiveTests
{
    private const string Code = "420100";
    private const int Part = 1 << 20;
    private const int Block = 64 * 1024;

    /// <summary>Each boundary with its neighbours: none, one, the blocks in which Deflate stores incompressible bytes, its 16 KiB and 32 KiB windows, one part, several.</summary>
    private static IEnumerable<int> Sizes =>
        new[] { 0, Block / 4, Block / 2, Block, 2 * Block, Part - Block, Part, Part + Block, 2 * Part, 5 * Part }
            .SelectMany(size => new[] { size - 1, size, size + 1 }).Where(size => size >= 0).Append(255).Append(3 * Part + 12_345);

    private TestDatabase database = null!;

    [SetUp]
    public async Task SetUp() => database = await TestDatabase.CreateAsync(Code);

    [TearDown]
    public async Task TearDown() => await database.DisposeAsync();

    [Test]
    public async Task Incompressible_bytes_of_every_size_about_a_boundary_come_back_equal()
    {
        var random = new Random(20210615);
        var files = Sizes.Select(size =>
        {
            byte[] bytes = new byte[size];
            random.NextBytes(bytes);
            return bytes;
        }).ToList();
        await KeepAndRestoreAsync(files);
    }

    [Test]
    public async Task A_part_that_compresses_after_one_that_does_not_comes_back_equal()
    {
        byte[] noise = new byte[2 * Part];
        new Random(7).NextBytes(noise);
        byte[] zeros = new byte[2 * Part];
        await KeepAndRestoreAsync([[.. noise, .. zeros, .. noise], [.. zeros, .. noise, .. zeros], zeros]);
    }

    private async Task KeepAndRestoreAsync(List<byte[]> files)
    {
        string folder = Directory.CreateTempSubdirectory("batch-archive-").FullName;
        try
        {
            var area = await Area.OpenAsync(database.Connection, Code, default);
            var archive = new Archive(area);
            string[] paths = [.. files.Select((_, i) => Path.Combine(folder, $"{i}.bin"))];
            for (int i = 0; i < files.Count; i++)
            {
                await File.WriteAllBytesAsync(paths[i], files[i]);
            }

            IReadOnlyList<byte[]> hashes = await archive.KeepAsync(paths, default);
            Assert.Multiple(async () =>
            {
                for (int i = 0; i < files.Count; i++)
                {
                    using var restored = new MemoryStream();
                    await archive.RestoreAsync(hashes[i], restored, default);
                    Assert.That(hashes[i], Is.EqualTo(SHA256.HashData(files[i])), $"{files[i].Length} bytes: the hash");
                    Assert.That(restored.ToArray().AsSpan().SequenceEqual(files[i]), $"{files[i].Length} bytes: the content");
                }
            });
            Assert.That(await database.ScalarAsync<long>("SELECT sum(bytes)::bigint FROM area_420100.archive"), Is.EqualTo(files.Sum(f => (long)f.Length)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
