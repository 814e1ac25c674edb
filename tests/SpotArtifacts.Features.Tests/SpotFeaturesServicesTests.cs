using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SpotArtifacts.Features.Tests;

public class SpotFeaturesServicesTests
{
    [Fact]
    public void AddSpotFeatures_Container_SharesOneModelAndDisposesIt()
    {
        ServiceProvider provider = new ServiceCollection().AddSpotFeatures(options =>
        {
            options.ModelFile = TestFiles.Spotting;
            options.Features = FeatureFolder.Conv3;
        }).BuildServiceProvider();

        SpotModel model = provider.GetRequiredService<SpotModel>();

        Assert.Same(model, provider.GetRequiredService<SpotModel>());
        Assert.Equal(32, model.Embed(BlockImages.Draw(0)).Length);
        provider.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Embed(BlockImages.Draw(0)));
    }

    [Fact]
    public void AddSpotFeatures_WithoutModel_SaysWhatToSet()
    {
        using ServiceProvider provider = new ServiceCollection().AddSpotFeatures().BuildServiceProvider();

        string message = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<SpotModel>).Message;

        Assert.Contains("SpotFeaturesOptions.ModelFile is empty", message, StringComparison.Ordinal);
    }
}
