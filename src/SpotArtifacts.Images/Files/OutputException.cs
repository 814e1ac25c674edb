using System.Text.RegularExpressions;

namespace SpotArtifacts.Images.Files;

/// <summary>A file or stream that cannot be written; the message names it and says why.</summary>
public sealed partial class OutputException : SpotException
{
    /// <summary>With path and reason in one message.</summary>
    public OutputException(string message) : base(message)
    {
    }

    /// <summary>With the failure below it.</summary>
    public OutputException(string message, Exception? inner) : base(message, inner)
    {
    }

    /// <summary>Whether a failure is the system's word against reading or writing.</summary>
    internal static bool IsSystems(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>For what a user knows as <paramref name="path"/>, whatever file the system speaks of.</summary>
    internal static OutputException Of(string path, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure as OutputException ?? new OutputException($"{path}: cannot be written: {Reason(path, failure)}", failure);
    }

    private static string Reason(string path, Exception failure) => failure switch
    {
        UnauthorizedAccessException when Directory.Exists(path) => "access is denied; choose another that you may write to",
        _ when File.Exists(path) && failure is not (FileNotFoundException or UnauthorizedAccessException)
            && failure.Message.EndsWith("already exists.", StringComparison.Ordinal) => "a file of that name is in its place",
        FileNotFoundException => "the system makes no files there; choose a folder that you may write to",
        UnauthorizedAccessException => "access is denied; choose a folder that you may write to",
        DirectoryNotFoundException => "its folder does not exist; make it first",
        _ => PathBehind().Replace(failure.Message, ""),
    };

    // "No space left on device : '/x/y.tmp'": the path there is often a temporary one.
    [GeneratedRegex(@" : '.*'$")]
    private static partial Regex PathBehind();
}
