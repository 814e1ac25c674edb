using SpotArtifacts.Images;

namespace SpotArtifacts.Features;

/// <content>Images to vectors, from whatever the caller has.</content>
public sealed partial class SpotModel
{
    /// <summary>The features of an image file.</summary>
    /// <param name="path">JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, PPM or PGM.</param>
    /// <returns><see cref="Dimensions"/> numbers.</returns>
    /// <exception cref="SpotException">It cannot be read, or is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public float[] Embed(string path) => Wait(Render(path));

    /// <summary>The features of an encoded image.</summary>
    /// <param name="encoded">The bytes of a file.</param>
    /// <exception cref="SpotException">It is damaged.</exception>
    public float[] Embed(ReadOnlySpan<byte> encoded) => Wait(Render(encoded, "the image"));

    /// <summary>The features of an encoded image.</summary>
    /// <param name="encoded">Read to its end; not closed.</param>
    /// <exception cref="SpotException">It is damaged.</exception>
    public float[] Embed(Stream encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        using MemoryStream bytes = new();
        encoded.CopyTo(bytes);
        return Embed(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>The features of an image in memory.</summary>
    public float[] Embed(RgbImage image) => Wait(Render(image));

    /// <summary>The features of many image files, in their order; decoded in parallel, computed in batches.</summary>
    /// <param name="paths">Image files.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="SpotException">One cannot be read, or is damaged: the first such in order.</exception>
    public IReadOnlyList<float[]> Embed(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<float[]> vectors = [];
        // On the pool, so that a caller with a synchronisation context cannot wait for itself.
        return Task.Run(async () =>
        {
            await foreach (float[] vector in EmbedAsync(paths, cancellation).ConfigureAwait(false))
                vectors.Add(vector);
            return vectors;
        }, cancellation).GetAwaiter().GetResult();
    }

    /// <summary>The features of an image file.</summary>
    /// <exception cref="SpotException">It cannot be read, or is damaged.</exception>
    public Task<float[]> EmbedAsync(string path, CancellationToken cancellation = default) =>
        EmbedAsync(() => Render(path), cancellation);

    /// <summary>The features of an encoded image.</summary>
    /// <param name="encoded">The bytes of a file; not to be changed before the task has ended.</param>
    /// <param name="cancellation">Stops before the image is decoded.</param>
    /// <exception cref="SpotException">It is damaged.</exception>
    public Task<float[]> EmbedAsync(ReadOnlyMemory<byte> encoded, CancellationToken cancellation = default) =>
        EmbedAsync(encoded, "the image", cancellation);

    /// <summary>The features of an image in memory.</summary>
    public Task<float[]> EmbedAsync(RgbImage image, CancellationToken cancellation = default) =>
        EmbedAsync(() => Render(image), cancellation);

    /// <summary>
    /// The features of any number of image files, in their order, as they are ready; at most two batches are in memory.
    /// </summary>
    /// <param name="paths">Image files; drawn as they are needed.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="SpotException">One cannot be read, or is damaged: comes out in its place.</exception>
    public IAsyncEnumerable<float[]> EmbedAsync(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return InOrder(paths, path => EmbedAsync(path, cancellation));
    }

    /// <summary>The features of an encoded image with a name for messages.</summary>
    internal Task<float[]> EmbedAsync(ReadOnlyMemory<byte> encoded, string name, CancellationToken cancellation) =>
        EmbedAsync(() => Render(encoded.Span, name), cancellation);

    /// <summary>The features of any number of things, in their order, as they are ready; at most two batches are in memory.</summary>
    /// <param name="things">Drawn as they are needed.</param>
    /// <param name="embed">Begins the work on one.</param>
    internal async IAsyncEnumerable<float[]> InOrder<T>(IEnumerable<T> things, Func<T, Task<float[]>> embed)
    {
        Queue<Task<float[]>> ahead = [];
        try
        {
            foreach (T thing in things)
            {
                if (ahead.Count == 2 * Options.BatchSize)
                    yield return await ahead.Dequeue().ConfigureAwait(false);
                ahead.Enqueue(embed(thing));
            }
            while (ahead.TryDequeue(out Task<float[]>? next))
                yield return await next.ConfigureAwait(false);
        }
        finally
        {
            // After a failure or an early end: nothing goes on behind the caller's back.
            await ((Task)Task.WhenAll(ahead)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// The features of views that are rendered already, as one batch that is joined with nothing else: equal views give equal
    /// bits.
    /// </summary>
    /// <param name="views">Views of <see cref="View"/>; free again when the task has ended.</param>
    /// <returns>Count * D numbers, row by row.</returns>
    /// <exception cref="ArgumentException">The views are of another size.</exception>
    internal Task<float[]> EmbedAsync(LoadedBatch views)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views.Size != _view.Size)
            throw new ArgumentException($"the network takes views of {_view.Size} pixels, not {views.Size}", nameof(views));
        return _queue.Add(new EmbeddingRequest(views.Pixels, views.Count, Alone: true));
    }

    private async Task<float[]> EmbedAsync(Func<float[]> render, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            float[] view = await Task.Run(render, cancellation).ConfigureAwait(false);
            return await _queue.Add(new EmbeddingRequest(view, 1, Alone: false)).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    private float[] Wait(float[] view) => _queue.Add(new EmbeddingRequest(view, 1, Alone: false)).GetAwaiter().GetResult();

    private float[] Render(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Render(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    private float[] Render(ReadOnlySpan<byte> encoded, string name)
    {
        try
        {
            RgbImage image = ImageDecoder.Decode(encoded, name, target: _view.Target);
            SpotTelemetry.Decoded.Add(1);
            return Render(image);
        }
        catch (ImageFormatException e)
        {
            throw new SpotException(e.Message, e);
        }
    }

    private float[] Render(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        float[] view = new float[3 * _view.Size * _view.Size];
        EvaluationView.Apply(image, _view.Size, view);
        return view;
    }
}
