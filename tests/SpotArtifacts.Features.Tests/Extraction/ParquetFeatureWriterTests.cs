using System.Globalization;
using Parquet;
using Parquet.Schema;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Extraction;

public sealed class ParquetFeatureWriterTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_Parquet_HasNamesLabelsVectorsAndWhatTheyAre()
    {
        foreach (string name in (string[])["images/b/ä, 1.png", "images/c/2.png"])
            _folder.WriteFile(name, PngFile.Encode(BlockImages.Draw(name.Length)));
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { Normalize = true });
        string path = _folder.At("features.parquet");

        Extract(model, path, "images");

        await using ParquetReader reader = await ParquetReader.CreateAsync(path, cancellationToken: Stop);
        (string[] names, int?[] labels, float[] values) = await ReadAsync(reader, 0);
        Assert.Equal([_folder.At("images/b/ä, 1.png"), _folder.At("images/c/2.png")], names);
        Assert.Equal([0, 1], labels);
        TestFiles.AssertClose(model.Embed(names[0]), values.AsSpan(0, 32));
        TestFiles.AssertClose(model.Embed(names[1]), values.AsSpan(32));
        Assert.Equal((1, "conv3", "true", "32", model.Description.Network),
            (reader.RowGroupCount, reader.CustomMetadata["layer"], reader.CustomMetadata["l2"], reader.CustomMetadata["shape"],
                reader.CustomMetadata["network"]));
        Assert.Equal(["features.parquet", "images"],
            Directory.EnumerateFileSystemEntries(_folder.At(".")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_ImagesWithoutLabels_HaveNone()
    {
        _folder.WriteImages("images", 3);
        using SpotModel model = FeatureFolder.Load();

        Extract(model, _folder.At("features.parquet"), "images");

        await using ParquetReader reader = await ParquetReader.CreateAsync(
            _folder.At("features.parquet"), cancellationToken: Stop);
        Assert.Equal([null, null, null], (await ReadAsync(reader, 0)).Labels);
    }

    [Fact]
    public async Task Conversion_MoreRowsThanAGroupHolds_GivesThemInOrderInSeveralGroups()
    {
        const int rows = 2500, dimensions = 1024;
        ParquetFeatureWriter writer = new([dimensions], new Dictionary<string, string>());
        using MemoryStream records = new(), file = new();
        for (int row = 0; row < rows; row++)
            writer.Append(records, Enumerable.Repeat((float)row, dimensions).ToArray(), [($"{row}", row % 2 == 0 ? row : -1)]);
        records.Position = 0;

        writer.Conversion(records, rows, Stop)!(file);

        await using ParquetReader reader = await ParquetReader.CreateAsync(file, cancellationToken: Stop);
        Assert.Equal(3, reader.RowGroupCount);
        int next = 0;
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            (string[] names, int?[] labels, float[] values) = await ReadAsync(reader, i);
            for (int row = 0; row < names.Length; row++, next++)
            {
                Assert.Equal(next.ToString(CultureInfo.InvariantCulture), names[row]);
                Assert.Equal(next % 2 == 0 ? next : null, labels[row]);
                Assert.Equal(-1, values.AsSpan(row * dimensions, dimensions).IndexOfAnyExcept(next));
            }
        }
        Assert.Equal(rows, next);
    }

    [Fact]
    public void Conversion_Cancelled_StopsBetweenGroups()
    {
        ParquetFeatureWriter writer = new([1], new Dictionary<string, string>());
        using MemoryStream records = new(), file = new();
        writer.Append(records, [1f], [("a", 0)]);
        records.Position = 0;

        Assert.ThrowsAny<OperationCanceledException>(() => writer.Conversion(records, 1, new CancellationToken(true))!(file));
    }

    public void Dispose() => _folder.Dispose();

    private void Extract(SpotModel model, string path, string images)
    {
        using ImageSet set = _folder.Open(images);
        FeatureExtraction.Run(model, set, new FeatureExtractionOptions { Path = path }, cancellation: Stop);
    }

    private static async Task<(string[] Names, int?[] Labels, float[] Values)> ReadAsync(ParquetReader reader, int index)
    {
        DataField[] fields = reader.Schema.DataFields;
        Assert.Equal(["name", "label", "embedding/list/element"], fields.Select(field => field.Path.ToString()));
        ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
        int rows = (int)group.RowCount, numbers = (int)group.GetMetadata(fields[2])!.MetaData!.NumValues;
        string[] names = new string[rows];
        int?[] labels = new int?[rows];
        float[] values = new float[numbers];
        int[] defined = new int[numbers], repeated = new int[numbers];
        await group.ReadAsync(fields[0], names, cancellationToken: Stop);
        await group.ReadAsync<int>(fields[1], labels.AsMemory(), cancellationToken: Stop);
        await group.ReadRawAsync<float>(fields[2], values, defined, repeated, Stop);
        int dimensions = numbers / rows;
        Assert.All(defined, level => Assert.Equal(2, level));
        Assert.All(repeated.Index(), level => Assert.Equal(level.Index % dimensions == 0 ? 0 : 1, level.Item));
        return (names, labels, values);
    }
}
