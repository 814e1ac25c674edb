using NetVips;

namespace SpotArtifacts.Images.Formats;

/// <summary>Which loader of libvips reads a file, and what it must not pass over.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="FailOn">What libvips itself refuses.</param>
/// <param name="WarningsCount">Whether warnings that come while pixels are read are errors, too.</param>
internal sealed record VipsLoader(string Operation, Enums.FailOn FailOn, bool WarningsCount = false)
{
    /// <summary>JPEG's scale: both sides are divided by it while decoding.</summary>
    internal int Shrink { get; init; } = 1;

    /// <summary>Rows are read once, from top to bottom, and nothing is kept.</summary>
    internal VOption Options()
    {
        VOption options = new() { { "access", Enums.Access.Sequential }, { "fail_on", FailOn } };
        if (Shrink != 1)
            options.Add("shrink", Shrink);
        return options;
    }
}
