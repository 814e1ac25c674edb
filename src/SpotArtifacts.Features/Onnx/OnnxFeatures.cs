namespace SpotArtifacts.Features.Onnx;

/// <summary>A layer's pooled vectors by ONNX Runtime.</summary>
internal sealed class OnnxFeatures : IFeatureEngine
{
    private readonly OnnxSession _session;
    private float[] _pixels = [];

    internal OnnxFeatures(ModelFile file, SpotModelOptions options)
    {
        LayerDescription layer = file.Metadata.Description[options.Layer];
        OnnxGraph graph = file.Cut(layer.Layer.Name());
        PoolingNodes.Add(graph, layer, options.Pooling, "features");
        _session = OnnxSession.Create(file, graph, options.Threads);
    }

    /// <inheritdoc/>
    public string Difference => "";

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
