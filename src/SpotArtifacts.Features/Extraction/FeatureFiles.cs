namespace SpotArtifacts.Features.Extraction;

/// <summary>How features are written: docs/features.md.</summary>
internal enum FeatureFormat
{
    /// <summary>NumPy's .npy, one float32 array; names in a text file beside it.</summary>
    Npy,

    /// <summary>Text: filenames, embedding_0, ..., labels (the shape LightlySSL uses).</summary>
    Csv,

    /// <summary>A safetensors file with the tensor <c>features</c>; names in a text file beside it.</summary>
    Safetensors,

    /// <summary>Apache Parquet: name, label, embedding.</summary>
    Parquet,
}

/// <summary>The files that features are written to.</summary>
internal static class FeatureFiles
{
    /// <summary>The format a file name asks for.</summary>
    /// <exception cref="SpotException">The name ends in none of .npy, .csv, .safetensors, .parquet.</exception>
    public static FeatureFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".NPY" => FeatureFormat.Npy,
        ".CSV" => FeatureFormat.Csv,
        ".SAFETENSORS" => FeatureFormat.Safetensors,
        ".PARQUET" => FeatureFormat.Parquet,
        _ => throw new SpotException($"{path}: a file of features ends in .npy, .csv, .safetensors or .parquet"),
    };

    /// <summary>Whether the rows' images are listed in a file beside it.</summary>
    public static bool HasNames(FeatureFormat format) => format is FeatureFormat.Npy or FeatureFormat.Safetensors;

    /// <summary>The list of the rows' images beside a .npy or .safetensors file.</summary>
    public static string NamesOf(string path) => Beside(path, ".names.txt");

    /// <summary>The list of the images that have no row because they are damaged.</summary>
    public static string SkippedOf(string path) => Beside(path, ".skipped.txt");

    private static string Beside(string path, string extension) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileNameWithoutExtension(path) + extension);
}
