using System.Text;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Display;

/// <summary>A writer whose failures have a name, or do no harm.</summary>
/// <param name="inner">Written to; null for a stream that is closed.</param>
/// <param name="name">What the user knows it by.</param>
/// <param name="isVital">Whether what cannot be written is a failure; else it is lost, and all that comes behind it.</param>
internal sealed class GuardedWriter(TextWriter? inner, string name, bool isVital) : TextWriter
{
    /// <summary>Whether something could not be written.</summary>
    internal bool HasFailed { get; private set; }

    public override Encoding Encoding => inner?.Encoding ?? Encoding.Default;

    public override void Write(char value) => Guard(writer => writer.Write(value));

    public override void Write(string? value) => Guard(writer => writer.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(writer => writer.Write(buffer, index, count));

    public override void WriteLine(string? value) => Guard(writer => writer.WriteLine(value));

    public override void Flush() => Guard(writer => writer.Flush(), isOutput: false);

    private void Guard(Action<TextWriter> write, bool isOutput = true)
    {
        if (HasFailed && !isVital || inner is null && !isOutput)
            return;
        try
        {
            write(inner ?? throw new IOException("it is closed"));
        }
        catch (Exception failure) when (OutputException.IsSystems(failure) || failure is ObjectDisposedException)
        {
            HasFailed = true;
            if (isVital)
                throw OutputException.Of(name, failure);
        }
    }
}
