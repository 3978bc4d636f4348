using System.ComponentModel;
using System.Diagnostics;

namespace Batch.Jobs.Store;

/// <summary>Backups encrypted for a recipient's key by age (https://age-encryption.org, Debian's package age): who makes a backup cannot read it.</summary>
internal static class Age
{
    /// <param name="recipient">A public key (<c>age1...</c>, <c>ssh-ed25519 ...</c>) or a file of them.</param>
    internal static Process Encrypting(string recipient, string output) => Start(
        File.Exists(recipient) ? ["--encrypt", "--recipients-file", recipient, "--output", output] : ["--encrypt", "--recipient", recipient, "--output", output], input: true);

    internal static Process Decrypting(string identity, string file) => Start(["--decrypt", "--identity", identity, file], input: false);

    /// <summary>Encrypts what is written into a stream.</summary>
    internal static async Task EncryptAsync(string recipient, string output, Func<Stream, Task> write, CancellationToken cancellation)
    {
        using Process age = Encrypting(recipient, output);
        await EndAsync(age, WriteAsync(), cancellation);

        async Task WriteAsync()
        {
            try
            {
                await write(age.StandardInput.BaseStream);
                age.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has ended early, and says why.
            }
        }
    }

    internal static async Task DecryptAsync(string identity, string file, string output, CancellationToken cancellation)
    {
        using Process age = Decrypting(identity, file);
        await using FileStream plain = new(output, FileMode.CreateNew);
        await EndAsync(age, age.StandardOutput.BaseStream.CopyToAsync(plain, cancellation), cancellation);
    }

    /// <exception cref="DataFaultException">BACKUP_ENCRYPTED.</exception>
    internal static void RefuseEncrypted(string file)
    {
        byte[] mark = "age-encryption.org/"u8.ToArray(), first = new byte[mark.Length];
        // A pipe has no length: what is read of it here would be missing later, and to open it waits for its writer.
        if (new FileInfo(file).Length < mark.Length)
        {
            return;
        }

        using FileStream backup = File.OpenRead(file);
        if (backup.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual(mark))
        {
            throw new DataFaultException("BACKUP_ENCRYPTED", "该备份已加密，请用 --identity 给出私钥文件。", "The backup is encrypted; give the file with the key by --identity.");
        }
    }

    /// <summary>Passes what one program writes on to what another reads.</summary>
    internal static async Task PumpAsync(Process from, Process to, CancellationToken cancellation)
    {
        try
        {
            await from.StandardOutput.BaseStream.CopyToAsync(to.StandardInput.BaseStream, cancellation);
            to.StandardInput.Close();
        }
        catch (IOException)
        {
            // The reader has ended early, and says why; the writer must not wait for it.
            from.Kill();
        }
    }

    /// <summary>Both have to succeed; when age did not, its sentence is the reason.</summary>
    internal static async Task EndAsync(Process age, Task other, CancellationToken cancellation)
    {
        Task<string> errors = age.StandardError.ReadToEndAsync(cancellation);
        Exception? fault = null;
        try
        {
            await other;
        }
        catch (EnvironmentException failed)
        {
            fault = failed;
            // Without its input it would wait for ever.
            if (age.StartInfo.RedirectStandardInput)
            {
                age.Kill();
            }
        }

        await age.WaitForExitAsync(cancellation);
        string said = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        if (age.ExitCode != 0 && said.Length > 0)
        {
            throw new EnvironmentException("ENCRYPTION", $"age failed: {said}", $"age 失败：{said}", fault);
        }

        if (fault is not null)
        {
            throw fault;
        }
    }

    private static Process Start(string[] arguments, bool input)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("age", arguments) { RedirectStandardInput = input, RedirectStandardOutput = !input, RedirectStandardError = true })
                ?? throw new InvalidOperationException("age did not start.");
        }
        catch (Win32Exception missing)
        {
            throw new EnvironmentException(
                "AGE_MISSING", "Encrypted backups need the program age: apt-get install age", "加密备份需要 age 程序：apt-get install age", missing);
        }
    }
}
