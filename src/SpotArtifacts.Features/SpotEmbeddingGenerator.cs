using System.Globalization;
using Microsoft.Extensions.AI;

namespace SpotArtifacts.Features;

/// <summary>
/// A <see cref="SpotModel"/> as the generator of embeddings that .NET libraries ask for: images in, vectors out. Logging, telemetry and
/// caching of Microsoft.Extensions.AI wrap it as they wrap any other.
/// </summary>
/// <example><code>
/// services.AddSpotFeatures(o =&gt; o.ModelFile = "mine.onnx");
/// services.AddEmbeddingGenerator(provider =&gt; provider.GetRequiredService&lt;SpotEmbeddingGenerator&gt;())
///     .UseDistributedCache().UseOpenTelemetry();
/// </code></example>
public sealed class SpotEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    /// <summary>Key of the number of images in the usage's additional counts. Images have no tokens, which therefore stay unset.</summary>
    public const string ImageCount = "images";

    private readonly SpotModel _model;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>A generator over a model.</summary>
    /// <param name="model">Stays the caller's: disposing the generator leaves it loaded.</param>
    public SpotEmbeddingGenerator(SpotModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _metadata = new EmbeddingGeneratorMetadata("spotartifacts", null, NameOf(model), model.Dimensions);
    }

    /// <summary>The vectors of images, in their order; decoded in parallel, computed in batches.</summary>
    /// <param name="values">
    /// Bytes of image files, or data: URIs of them, with a media type below <c>image/</c>. The bytes decide which format it is.
    /// </param>
    /// <param name="options">
    /// A number of dimensions or a model's name that are not this model's are refused, as it has but one of each.
    /// </param>
    /// <param name="cancellationToken">Stops between images.</param>
    /// <exception cref="SpotException">
    /// A content is no image or is damaged (the message has its name, or its place among the values), or the options ask for another
    /// model's vectors.
    /// </exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        Refuse(options);
        GeneratedEmbeddings<Embedding<float>> result = [];
        int asked = 0;
        await foreach (float[] vector in _model.InOrder(values, Begin).ConfigureAwait(false))
            result.Add(new Embedding<float>(vector) { ModelId = _metadata.DefaultModelId });
        result.Usage = new UsageDetails { AdditionalCounts = new() { [ImageCount] = result.Count } };
        return result;

        Task<float[]> Begin(DataContent content)
        {
            cancellationToken.ThrowIfCancellationRequested();
            asked++;
            string name = content?.Name ?? string.Create(CultureInfo.InvariantCulture, $"image {asked}");
            return content?.HasTopLevelMediaType("image") == true
                ? _model.EmbedAsync(content.Data, name, cancellationToken)
                : throw new SpotException(
                    $"{name}: its media type is '{content?.MediaType}', which is no image: give the content the type of its file, as "
                    + "image/jpeg");
        }
    }

    /// <summary>The metadata, the <see cref="SpotModel"/>, or this.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return ((object[])[this, _metadata, _model]).FirstOrDefault(serviceType.IsInstanceOfType);
    }

    /// <summary>Does nothing: the model is the caller's.</summary>
    public void Dispose()
    {
    }

    // Vectors of one name are comparable, whichever file the network came from.
    private static string NameOf(SpotModel model)
    {
        string how = model.Layer == FeatureLayer.Whitened ? model.Description.Whitening : $"{model.Options.Pooling}";
        string length = model.Options.Normalize ? "-l2" : "";
        return $"{model.Description.Network}/{model.Layer.Name()}-{how}{length}".ToLowerInvariant();
    }

    private void Refuse(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != _model.Dimensions)
            throw new SpotException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"vectors of {dimensions} numbers are asked for, the model gives {_model.Dimensions}: ask for no number, or ")
                + "load another layer");
        if (options?.ModelId is { } name && name != _metadata.DefaultModelId)
            throw new SpotException(
                $"the model '{name}' is asked for, this is '{_metadata.DefaultModelId}': leave the name out");
    }
}
