using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SpotArtifacts.Features;

namespace SpotArtifacts.Tests.Features;

public sealed class SpotFeaturesServicesTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Fact]
    public void AddSpotFeatures_Container_SharesOneModelAndDisposesIt()
    {
        ServiceProvider provider = new ServiceCollection().AddSpotFeatures(options =>
        {
            options.Weights = _tiny.Weights;
            options.Model = new SpotModelOptions { Layer = "conv3", Threads = 1 };
        }).BuildServiceProvider();

        SpotModel model = provider.GetRequiredService<SpotModel>();

        Assert.Same(model, provider.GetRequiredService<SpotModel>());
        Assert.Equal(48, model.Embed(TinyModel.Blocks(0)).Length);
        provider.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Embed(TinyModel.Blocks(0)));
    }

    [Fact]
    public void AddSpotFeatures_WithoutWeights_SaysWhatToSet()
    {
        using ServiceProvider provider = new ServiceCollection().AddSpotFeatures().BuildServiceProvider();

        Assert.Contains("SpotFeaturesOptions.Weights is empty", Assert.Throws<OptionsValidationException>(provider.GetRequiredService<SpotModel>).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();
}
