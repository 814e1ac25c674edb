using SpotArtifacts.Images;
using static SpotArtifacts.Features.Tests.SampleProgram;

namespace SpotArtifacts.Features.Tests;

/// <summary>The samples as their users have them: programs of their own.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    [Fact]
    public void Sample_OutsideTheRepository_FindsTheLikeliest()
    {
        string program = CopyProgram();
        string[] photos = WritePhotos();

        (int code, string output, string error) = Run([program, TestFiles.Spotting, .. photos]);

        Assert.Equal(("", 0), (error, code));
        Assert.StartsWith("3 vectors of 24 numbers (conv2, network 82ea137f)", output, StringComparison.Ordinal);
        Assert.Contains("0000.png is most like again.png (1.000)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_Program_CarriesNoTensorEngine()
    {
        string built = Built("SpotArtifacts.Sample");
        string[] files = [.. Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories).Select(Path.GetFileName)!];

        Assert.Contains("SpotArtifacts.Features.dll", files);
        Assert.DoesNotContain(
            files, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name == "SpotArtifacts.dll");
    }

    [Fact]
    public void VectorData_Search_FindsTheSamePictureAndLeavesOutTheOneAskedFor()
    {
        (int code, string output, string error) = Run(
            [Of("SpotArtifacts.Sample.VectorData"), TestFiles.Spotting, .. WritePhotos()]);

        Assert.Equal(("", 0), (error, code));
        string[] lines = output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal("again.png 1.000", lines[0]);
        Assert.StartsWith("0001.png 0.", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public void DuckDb_VectorsNamesAndLabels_AreAskedForInSql()
    {
        WriteLabelled();
        string database = _folder.At("images.duckdb");

        (int code, string output, string error) = Run(
            Of("SpotArtifacts.Sample.DuckDb"), TestFiles.Spotting, database, _folder.At("labelled"));

        Assert.Equal(("", 0), (error, code));
        string[] lines = output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(["images\tlabels\tnumbers", "40\t2\t24", "name\tlabel\tlikeness"], lines[..3]);
        Assert.EndsWith("again.png\t1\t1", lines[3], StringComparison.Ordinal); // the same picture, in the other folder
        Assert.Equal("label\tneighbours_of_the_label", lines[8]);
        Assert.True(File.Exists(database));
        Assert.False(File.Exists(database + ".parquet"));
    }

    [Fact]
    public void MachineLearning_Pipeline_LearnsOnTheExportedFeatures()
    {
        WriteLabelled();

        (int code, string output, string error) = Run(
            Of("SpotArtifacts.Sample.MachineLearning"), TestFiles.Spotting, _folder.At("labelled"));

        Assert.Equal(("", 0), (error, code));
        Assert.Contains("features", output, StringComparison.Ordinal);
        Assert.Matches("right: [01]\\.[0-9]{2} of 20 images", output);
    }

    [Fact]
    public void Postgres_VectorsInATable_AreSearched()
    {
        string? connection = Environment.GetEnvironmentVariable("SPOT_POSTGRES");
        Assert.SkipWhen(
            string.IsNullOrEmpty(connection), "SPOT_POSTGRES is not set to the connection string of a PostgreSQL with pgvector");

        (int code, string output, string error) = Run(
            [Of("SpotArtifacts.Sample.Postgres"), TestFiles.Spotting, connection!, .. WritePhotos()]);

        Assert.Equal(("", 0), (error, code));
        Assert.StartsWith("again.png 1.000", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Postgres_NoServer_SaysSo()
    {
        (int code, string output, string error) = Run(
            [Of("SpotArtifacts.Sample.Postgres"), TestFiles.Spotting, "Host=127.0.0.1;Port=1;Timeout=2", .. WritePhotos()]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("127.0.0.1:1", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string[] WritePhotos()
    {
        string photos = _folder.At("photos");
        _folder.WriteImages("photos", 2);
        File.Copy(Path.Combine(photos, "0000.png"), Path.Combine(photos, "again.png"));
        return [.. ((string[])["0000.png", "0001.png", "again.png"]).Select(name => Path.Combine(photos, name))];
    }

    private void WriteLabelled()
    {
        for (int i = 0; i < 39; i++)
            _folder.WriteFile($"labelled/{(i < 20 ? "a" : "b")}/{i:00}.png", PngFile.Encode(BlockImages.Draw(i)));
        File.Copy(_folder.At("labelled/a/00.png"), _folder.At("labelled/b/again.png"));
    }

    private string CopyProgram()
    {
        string built = Built("SpotArtifacts.Sample"), program = _folder.At("program");
        foreach (string file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(program, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.CreateSymbolicLink(copy, file);
        }
        return Path.Combine(program, "SpotArtifacts.Sample.dll");
    }
}
