using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Batch.Host.Api;

/// <summary>The one file of an upload, read as it comes: the body itself, or the file of a form (<c>multipart/form-data</c>), whose fields come before it.</summary>
/// <param name="Name">What the sender calls the file; null: it does not say.</param>
internal sealed record UploadBody(string? Name, Stream Content, IReadOnlyDictionary<string, string> Fields)
{
    private const int LongestBoundary = 100;
    private const int LongestField = 1000;
    private const int MostFields = 10;

    public static async Task<UploadBody> OpenAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return new UploadBody(null, request.Body, new Dictionary<string, string>());
        }

        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        MultipartReader form = new(boundary is { Length: > 0 and <= LongestBoundary } ? boundary : throw Wrong("表单没有分隔符", "the form has no boundary"), request.Body);
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        while (await form.ReadNextSectionAsync(cancellation) is { } part)
        {
            ContentDispositionHeaderValue? what = part.GetContentDispositionHeader();
            if (what is null)
            {
                throw Wrong("表单中有一段没有名称", "a part of the form has no name");
            }

            if (what.IsFileDisposition())
            {
                string? name = HeaderUtilities.RemoveQuotes(what.FileNameStar.HasValue ? what.FileNameStar : what.FileName).Value;
                return new UploadBody(name, new FileOfForm(form, part.Body), fields);
            }

            if (fields.Count == MostFields)
            {
                throw Wrong("表单字段过多", "the form has too many fields");
            }

            fields[HeaderUtilities.RemoveQuotes(what.Name).Value ?? ""] = await TextAsync(part.Body, cancellation);
        }

        throw Wrong("表单中没有文件", "the form has no file");
    }

    private static RequestFault Wrong(string chinese, string english) => new("body", new FieldFault(chinese, english));

    private static async Task<string> TextAsync(Stream part, CancellationToken cancellation)
    {
        byte[] bytes = new byte[LongestField + 1];
        int read = await part.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return read <= LongestField ? System.Text.Encoding.UTF8.GetString(bytes, 0, read).Trim() : throw Wrong("表单中有字段过长", "a field of the form is too long");
    }

    /// <summary>Ends where the file ends, and only if the form ends there: what came behind it would be lost.</summary>
    private sealed class FileOfForm(MultipartReader form, Stream file) : Stream
    {
        private bool ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await file.ReadAsync(buffer, cancellationToken);
            if (read > 0 || buffer.Length == 0 || ended)
            {
                return read;
            }

            ended = true;
            return await form.ReadNextSectionAsync(cancellationToken) is null
                ? 0
                : throw Wrong("文件之后还有内容：每个表单只发一个文件，字段写在文件之前", "something comes behind the file: send one file a form, its fields before it");
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
