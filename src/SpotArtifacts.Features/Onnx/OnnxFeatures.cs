namespace SpotArtifacts.Features.Onnx;

/// <summary>An image's vector by ONNX Runtime: a layer's pooled, or all layers'.</summary>
internal sealed class OnnxFeatures : IFeatureEngine
{
    private readonly OnnxSession _session;
    private float[] _pixels = [];

    private OnnxFeatures(ModelFile file, OnnxGraph graph, IReadOnlyList<long> shape, int threads)
    {
        Shape = shape;
        _session = OnnxSession.Create(file, graph, threads);
    }

    /// <summary>What the options ask for.</summary>
    /// <exception cref="SpotException">The model lacks it, or ONNX Runtime does not take it.</exception>
    internal static OnnxFeatures Of(ModelFile file, SpotModelOptions options)
    {
        FeatureLayer layer = options.Layer!.Value;
        OnnxGraph graph = file.Cut(layer.Name());
        if (layer != FeatureLayer.Whitened)
        {
            LayerDescription described = file.Metadata.Description[layer];
            PoolingNodes.Add(graph, described, options.Pooling, "features");
            return new OnnxFeatures(file, graph, PoolingNodes.Shape(described, options.Pooling), options.Threads);
        }
        long dimensions = Whitening.Of(file).Dimensions;
        graph.Output(ModelValues.Whitened, WhiteningNodes.Description, dimensions);
        return new OnnxFeatures(file, graph, [dimensions], options.Threads);
    }

    /// <summary>What whitening is fitted on, and applied to: all layers joined.</summary>
    internal static OnnxFeatures Joined(ModelFile file, int threads)
    {
        IReadOnlyList<LayerDescription> layers = file.Metadata.Description.Layers;
        OnnxGraph graph = file.Cut([.. layers.Select(layer => layer.Layer.Name())]);
        long width = WhiteningNodes.Width(layers);
        graph.Output(WhiteningNodes.Join(graph, layers), "all layers joined", width);
        return new OnnxFeatures(file, graph, [width], threads);
    }

    /// <inheritdoc/>
    public string Difference => "";

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public float[] Run(ReadOnlySpan<float> views, int count)
    {
        if (_pixels.Length < views.Length)
            _pixels = new float[views.Length];
        PixelScale.ToPixels(views, _pixels.AsSpan(0, views.Length));
        return _session.Run(_pixels.AsMemory(0, views.Length), count)[0];
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
