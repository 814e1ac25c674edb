using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace SpotArtifacts.Features.Tests;

public sealed class SpotEmbeddingGeneratorTests : IDisposable
{
    private const string Name = "82ea137f";

    private readonly FeatureFolder _folder = new();
    private readonly SpotModel _model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 4 });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GenerateAsync_BytesAndDataUris_GivesTheModelsVectorsInOrder()
    {
        string[] files = _folder.WriteImages("images", 21);
        using SpotEmbeddingGenerator generator = new(_model);
        IEnumerable<DataContent> contents = files.Select((file, i) => i % 2 == 0
            ? Content(file)
            : new DataContent($"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(file))}"));

        GeneratedEmbeddings<Embedding<float>> result = await generator.GenerateAsync(contents, cancellationToken: Stop);

        Assert.Equal(21, result.Count);
        for (int i = 0; i < files.Length; i++)
            TestFiles.AssertClose(_model.Embed(files[i]), result[i].Vector.Span);
        Assert.Equal(21, result.Usage?.AdditionalCounts?[SpotEmbeddingGenerator.ImageCount]);
        Assert.Null(result.Usage?.InputTokenCount);
        Assert.StartsWith(Name, result[0].ModelId, StringComparison.Ordinal);
    }

    [Fact]
    public void GetService_Metadata_SaysProviderModelAndDimensions()
    {
        using SpotEmbeddingGenerator generator = new(_model);

        EmbeddingGeneratorMetadata metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();

        Assert.Equal(("spotartifacts", 32), (metadata.ProviderName, metadata.DefaultModelDimensions));
        Assert.Matches("^82ea137f[0-9a-f]{24}/conv3-grid$", metadata.DefaultModelId);
        Assert.Same(_model, generator.GetService<SpotModel>());
        Assert.Same(generator, generator.GetService<SpotEmbeddingGenerator>());
        Assert.Null(generator.GetService<Uri>());
        Assert.Null(generator.GetService(typeof(SpotModel), "key"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    public async Task GenerateAsync_MediaTypeThatIsNoImage_NamesItAndTheRemedy(string type)
    {
        using SpotEmbeddingGenerator generator = new(_model);
        DataContent image = Content(_folder.WriteImages("images", 1)[0]), other = new(new byte[] { 1, 2, 3 }, type);

        string message = (await Assert.ThrowsAsync<SpotException>(
            () => generator.GenerateAsync([image, other], cancellationToken: Stop))).Message;

        Assert.Equal(
            $"image 2: its media type is '{type}', which is no image: give the content the type of its file, as image/jpeg",
            message);
    }

    [Fact]
    public async Task GenerateAsync_DamagedImage_IsNamed()
    {
        using SpotEmbeddingGenerator generator = new(_model);
        DataContent damaged = Content(_folder.WriteDamaged("bad.png")), named = Content(_folder.At("bad.png"));
        named.Name = "holiday.png";

        string byPlace = (await Assert.ThrowsAsync<SpotException>(
            () => generator.GenerateAsync([damaged], cancellationToken: Stop))).Message;
        string byName = (await Assert.ThrowsAsync<SpotException>(
            () => generator.GenerateAsync([named], cancellationToken: Stop))).Message;

        Assert.StartsWith("image 1", byPlace, StringComparison.Ordinal);
        Assert.StartsWith("holiday.png", byName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenerateAsync_OptionsOfAnotherModel_AreRefused()
    {
        using SpotEmbeddingGenerator generator = new(_model);
        DataContent image = Content(_folder.WriteImages("images", 1)[0]);
        string own = generator.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelId!;

        await generator.GenerateAsync([image], new() { Dimensions = 32, ModelId = own }, Stop);
        string dimensions = (await Assert.ThrowsAsync<SpotException>(
            () => generator.GenerateAsync([image], new() { Dimensions = 16 }, Stop))).Message;
        string name = (await Assert.ThrowsAsync<SpotException>(
            () => generator.GenerateAsync([image], new() { ModelId = "clip" }, Stop))).Message;

        Assert.StartsWith("vectors of 16 numbers are asked for, the model gives 32", dimensions, StringComparison.Ordinal);
        Assert.StartsWith($"the model 'clip' is asked for, this is '{own}'", name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenerateAsync_Cancelled_DrawsNoFurtherImages()
    {
        using SpotEmbeddingGenerator generator = new(_model);
        using CancellationTokenSource source = new();
        DataContent image = Content(_folder.WriteImages("images", 1)[0]);
        int drawn = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(Endless(), null, source.Token));

        Assert.Equal(10, drawn);
        Assert.Equal(32, _model.Embed(BlockImages.Draw(0)).Length);

        IEnumerable<DataContent> Endless()
        {
            while (true)
            {
                if (++drawn == 10)
                    source.Cancel();
                yield return image;
            }
        }
    }

    [Fact]
    public async Task AddEmbeddingGenerator_CacheAndTelemetry_WrapItUnchanged()
    {
        List<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == nameof(AddEmbeddingGenerator_CacheAndTelemetry_WrapItUnchanged),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        ServiceCollection services = new();
        services.AddDistributedMemoryCache().AddSpotFeatures(Configure);
        services.AddEmbeddingGenerator(provider => provider.GetRequiredService<SpotEmbeddingGenerator>())
            .UseDistributedCache()
            .UseOpenTelemetry(sourceName: nameof(AddEmbeddingGenerator_CacheAndTelemetry_WrapItUnchanged));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var generator = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        DataContent[] images = [.. _folder.WriteImages("images", 3).Select(Content)];

        GeneratedEmbeddings<Embedding<float>> first = await generator.GenerateAsync(images[..2], cancellationToken: Stop);
        // Out of the cache: no model computes any more.
        provider.GetRequiredService<SpotModel>().Dispose();
        GeneratedEmbeddings<Embedding<float>> again = await generator.GenerateAsync(images[..2], cancellationToken: Stop);

        Assert.IsNotType<SpotEmbeddingGenerator>(generator);
        Assert.Equal(first.Select(e => e.Vector.ToArray()), again.Select(e => e.Vector.ToArray()));
        TestFiles.AssertClose(_model.Embed(_folder.At("images/0000.png")), again[0].Vector.Span);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync([images[2]], cancellationToken: Stop));
        Assert.Equal(2, spans.Count); // what the cache answers is never asked for
        Assert.Equal("spotartifacts", spans[0].GetTagItem("gen_ai.provider.name"));
        Assert.StartsWith(Name, (string?)spans[0].GetTagItem("gen_ai.request.model"), StringComparison.Ordinal);
        Assert.Equal(32, spans[0].GetTagItem("gen_ai.embeddings.dimension.count"));
        Assert.Equal(ActivityStatusCode.Error, spans[1].Status);
    }

    [Fact]
    public async Task AddSpotFeatures_Alone_GivesTheGenerator()
    {
        await using ServiceProvider provider = new ServiceCollection().AddSpotFeatures(Configure).BuildServiceProvider();

        var generator = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();

        Assert.Same(provider.GetRequiredService<SpotEmbeddingGenerator>(), generator);
        Assert.Same(provider.GetRequiredService<SpotModel>(), generator.GetService<SpotModel>());
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private static void Configure(SpotFeaturesOptions options) =>
        (options.ModelFile, options.Features) = (TestFiles.Spotting, FeatureFolder.Conv3);

    private static DataContent Content(string file) => new(File.ReadAllBytes(file), "image/png");
}
