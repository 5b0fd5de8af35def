"""What a site takes from the utility and from the water main, hour by hour: pure arithmetic."""

from rackplan.energy.plant import PlantHours, plant_hours
from rackplan.energy.site import Consumer, SiteHours, site_hours

__all__ = ["Consumer", "PlantHours", "SiteHours", "plant_hours", "site_hours"]
