using System.Linq.Expressions;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

/// <summary>
/// A store in the process: a dictionary, and a comparison with every record. Behind the same interface stand databases for millions.
/// Vectors of records that have none yet come out of the generator, as do those of pictures that are searched by.
/// </summary>
internal sealed class PictureCollection(string name, IEmbeddingGenerator<DataContent, Embedding<float>> generator)
    : VectorStoreCollection<string, Picture>
{
    private readonly Dictionary<string, Picture> _records = [];

    public override string Name => name;

    public override async Task UpsertAsync(IEnumerable<Picture> records, CancellationToken cancellationToken = default)
    {
        Picture[] all = [.. records], bare = [.. all.Where(record => record.Vector is null)];
        GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync(
            bare.Select(record => Content(record.Path)), cancellationToken: cancellationToken);
        foreach ((Picture record, Embedding<float> vector) in bare.Zip(vectors))
            record.Vector = vector;
        foreach (Picture record in all)
            _records[record.Path] = record;
    }

    public override Task UpsertAsync(Picture record, CancellationToken cancellationToken = default) =>
        UpsertAsync([record], cancellationToken);

    public override async IAsyncEnumerable<VectorSearchResult<Picture>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<Picture>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Embedding<float> wanted = searchValue switch
        {
            Embedding<float> vector => vector,
            DataContent content => await generator.GenerateAsync(content, cancellationToken: cancellationToken),
            string path => await generator.GenerateAsync(Content(path), cancellationToken: cancellationToken),
            _ => throw new NotSupportedException($"{typeof(TInput)}: search by an image's path, content or vector"),
        };
        Func<Picture, bool> filter = options?.Filter?.Compile() ?? (_ => true);
        foreach ((Picture record, float score) in _records.Values.Where(filter)
            .Select(record => (record, TensorPrimitives.CosineSimilarity(wanted.Vector.Span, record.Vector!.Vector.Span)))
            .Where(hit => hit.Item2 >= (options?.ScoreThreshold ?? -1))
            .OrderByDescending(hit => hit.Item2).Skip(options?.Skip ?? 0).Take(top))
            yield return new VectorSearchResult<Picture>(record, score);
    }

    public override Task<Picture?> GetAsync(
        string key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(_records.GetValueOrDefault(key));

    public override IAsyncEnumerable<Picture> GetAsync(
        Expression<Func<Picture, bool>> filter, int top, FilteredRecordRetrievalOptions<Picture>? options = null,
        CancellationToken cancellationToken = default) =>
        _records.Values.Where(filter.Compile()).Skip(options?.Skip ?? 0).Take(top).ToAsyncEnumerable();

    public override Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        _records.Remove(key);
        return Task.CompletedTask;
    }

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        _records.Clear();
        return Task.CompletedTask;
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : generator.GetService(serviceType, serviceKey);

    private static DataContent Content(string path) => new(File.ReadAllBytes(path), "image/*") { Name = path };
}
