using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Mapping;
using SpotArtifacts.Search;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Features;

/// <summary>What a model holds and what it gives back: counted in the whole process, so nothing else may run.</summary>
[Collection(LiveTensors.Collection)]
public sealed class SpotModelMemoryTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Fact]
    public void Dispose_Model_FreesEveryTensorAndRefusesMoreWork()
    {
        long before = LiveTensors.Count();
        SpotModel model = _tiny.Load(TinyModel.Conv5 with { WithRepair = true });
        model.Embed(TinyModel.Blocks(0));
        long between = Tensor.LiveCount;
        for (int i = 0; i < 5; i++) model.Embed(TinyModel.Blocks(i));
        Assert.Equal(between, Tensor.LiveCount);

        model.Dispose();
        model.Dispose();

        Assert.Equal(before, Tensor.LiveCount);
        Assert.Throws<ObjectDisposedException>(() => model.Embed(TinyModel.Blocks(0)));
        Assert.Throws<ObjectDisposedException>(() => model.Run(_ => 1));
    }

    [Fact]
    public void Load_TensorOfAnotherShape_LeaksNothing()
    {
        long before = LiveTensors.Count();
        SafetensorsFile file = SafetensorsFile.Read(_tiny.Weights);
        file.Tensors["discriminator.conv5.conv.weight"] = SafetensorsEntry.From([1f], 1);
        file.Write(_tiny.At("wrong.safetensors"));

        Assert.Throws<CheckpointException>(() => SpotModel.Load(_tiny.At("wrong.safetensors"), new SpotModelOptions { WithRepair = true }));

        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void Use_FeaturesSearchAndMap_LeaveNoTensorBehind()
    {
        _tiny.WriteImages("images", 12);
        using SpotModel model = _tiny.Load();
        using ImageSet set = ImageSet.Open([_tiny.At("images")]);
        CancellationToken stop = TestContext.Current.CancellationToken;
        long before = LiveTensors.Count();

        FeatureExtraction.Run(model, set, new FeatureExtractionOptions { Path = _tiny.At("features.npy") }, cancellation: stop);
        FeatureIndexBuilder.Build(model, set, new FeatureIndexOptions { Path = _tiny.At("gallery.index"), Sources = [_tiny.At("images")] }, cancellation: stop);
        using (FeatureIndex index = FeatureIndex.Open(_tiny.At("gallery.index"))) SearchResults.Of(index, model, set, 3, cancellation: stop);
        ImageMap.Make(model, set, cancellation: stop);

        Assert.Equal(before, Tensor.LiveCount);
    }

    public void Dispose() => _tiny.Dispose();
}
