// A collection of Microsoft.Extensions.VectorData: records in, pictures that look alike out, filtered by the other columns.
//
//     dotnet run --project samples/SpotArtifacts.Sample.VectorData -- MODEL.onnx PHOTO PHOTO PHOTO...
using Microsoft.Extensions.VectorData;
using SpotArtifacts;
using SpotArtifacts.Features;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: MODEL.onnx PHOTO PHOTO...");
    return 2;
}
try
{
    using SpotModel model = SpotModel.Load(args[0]);
    using SpotEmbeddingGenerator generator = new(model);
    using VectorStoreCollection<string, Picture> pictures = new PictureCollection("pictures", generator);
    await pictures.EnsureCollectionExistsAsync();
    await pictures.UpsertAsync(args[1..].Select(path => new Picture { Path = path, Folder = Path.GetDirectoryName(path) ?? "" }));

    string wanted = args[1];
    await foreach (VectorSearchResult<Picture> hit in pictures.SearchAsync(
        wanted, top: 3, new VectorSearchOptions<Picture> { Filter = picture => picture.Path != wanted }))
        Console.WriteLine(FormattableString.Invariant($"{Path.GetFileName(hit.Record.Path)} {hit.Score:F3}"));
    return 0;
}
catch (SpotException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
